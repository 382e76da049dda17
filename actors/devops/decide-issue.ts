import type { Command } from '../core/command';
import { DomainError } from '../core/errors';
import type { DevopsEvent } from './events';
import type { DevopsState, Failing } from './state';

/** Somebody takes an issue on. */
export function acknowledged(command: Command<string, { issue: string }>, state: DevopsState): DevopsEvent[] {
  const { target, health } = openIssue(command.data.issue, state);
  const reason = reasonOf(command);
  if (health.acknowledged) return [];
  const { principal: by, data } = command;
  return [{ type: 'IssueAcknowledged', data: { target, issue: data.issue, by, reason } }];
}

/** Nobody wants to hear of an issue for some time. */
export function snoozed(
  command: Command<string, { issue: string; seconds: number }>,
  state: DevopsState,
): DevopsEvent[] {
  const { issue, seconds } = command.data;
  const { target } = openIssue(issue, state);
  const until = new Date(Date.parse(command.time) + seconds * 1000).toISOString();
  return [{ type: 'IssueSnoozed', data: { target, issue, by: command.principal, reason: reasonOf(command), until } }];
}

export function deliveryReported({
  error,
  ...facts
}: {
  receiver: string;
  alert: string;
  issue: string;
  status: string;
  error?: string;
}): DevopsEvent[] {
  if (error === undefined) return [{ type: 'AlertDelivered', data: facts }];
  return [{ type: 'AlertUndelivered', data: { ...facts, error } }];
}

function openIssue(issue: string, { targets }: DevopsState): { target: string; health: Failing } {
  for (const [target, { health }] of Object.entries(targets)) {
    if (health.status === 'failing' && health.issue === issue) return { target, health };
  }
  throw new DomainError('not_found', `there is no open issue ${issue}`);
}

function reasonOf({ type, reason }: Command): string {
  if (reason) return reason;
  throw new DomainError('reason_required', `${type} needs a reason`);
}
