import type { Command } from '../core/command';
import { DomainError, type DomainErrorCode } from '../core/errors';
import type { RunConfig } from './config';
import type { RunEvent } from './events';
import type { ApprovalState, RunState } from './state';

type Answer = Command<'Approve', { step: string; planHash: string }> | Command<'Deny', { step: string }>;

/**
 * What an answer to an approval leads to. All rules are here, in the run itself, so that no way in goes round them.
 * @throws DomainError with the refusal on record
 */
export function decideAnswer(command: Answer, state: RunState, config: RunConfig): RunEvent[] {
  const { principal: by, reason } = command;
  const path = command.data.step;
  const answer = command.type === 'Approve' ? 'approve' : 'deny';
  const refuse = (code: DomainErrorCode, detail: string): DomainError =>
    new DomainError(code, detail, [], [{ type: 'ApprovalRefused', data: { path, by, answer, code, detail } }]);

  const approval = state.approvals[path];
  if (approval?.status === 'denied' && approval.expiresAt <= command.time) {
    throw refuse('approval_expired', `the approval of ${path} was not given by ${approval.expiresAt}`);
  }
  if (approval?.status !== 'pending' || state.phase === 'ended') {
    throw refuse('approval_not_pending', `nobody is asked for ${path} now`);
  }
  if (command.time >= approval.expiresAt) {
    throw refuse('approval_expired', `the approval of ${path} was not given by ${approval.expiresAt}`);
  }
  const role = command.roles.find((held) => mayAnswer(approval, held));
  if (role === undefined) {
    throw refuse('role_missing', `${path} is answered by ${rolesOf(approval).join(' or ')}`);
  }
  if (answer === 'deny') {
    if (!reason) throw refuse('reason_required', 'a denial needs its reason');
    return [{ type: 'ApprovalDenied', data: { path, by, reason } }];
  }
  if ([config.startedBy, ...(config.lineage?.askedBy ?? [])].includes(by)) {
    throw refuse('self_approval', `${by} has asked for this run`);
  }
  if (approval.given.some((given) => given.by === by)) throw refuse('already_answered', `${by} has agreed already`);
  if (approval.reasonRequired && !reason) throw refuse('reason_required', 'this approval needs its reason');
  const { planHash } = command.data as { planHash: string };
  if (planHash !== approval.planHash) {
    throw refuse('plan_changed', `what is asked for now is plan ${approval.planHash}`);
  }
  const given: RunEvent = { type: 'ApprovalGiven', data: { path, by, role, planHash } };
  const enough = approval.given.length + 1 >= approval.count;
  return enough ? [given, { type: 'ApprovalCompleted', data: { path, planHash } }] : [given];
}

/** Roles that may answer now. */
export function rolesOf({ roles, escalatedTo }: ApprovalState): string[] {
  return [...new Set([...roles, ...escalatedTo])];
}

function mayAnswer(approval: ApprovalState, role: string): boolean {
  return rolesOf(approval).includes(role);
}
