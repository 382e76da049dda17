import { log } from '@temporalio/workflow';
import type { BaseConfig } from '../actors/core/base-config';
import type { CommandEnvelope, CommandResult } from '../actors/core/command';
import { eventName, type EventRecord } from '../actors/core/event';
import { lifecycleEvents } from '../actors/core/lifecycle';
import { traceDecision } from './tracing';

const levels = ['debug', 'info', 'warn', 'error'] as const;
export type AgentLogLevel = (typeof levels)[number];

/** Who logs, and how much of it: the config of most kinds has a `log_level`. */
export interface Logging {
  id: string;
  kind: string;
  config: unknown;
}

/**
 * A line of what an agent does, unless its `log_level` is above it; nothing when a history is replayed. `temporal/temporal-logger.ts`
 * takes out what is under `ymera`, and leaves the level to the agent.
 */
export function agentLog(
  { id, kind, config }: Logging,
  level: AgentLogLevel,
  message: string,
  about: Record<string, unknown> = {},
): void {
  const { log_level: least = 'info' } = config as Partial<BaseConfig>;
  if (levels.indexOf(level) < levels.indexOf(least)) return;
  log[level](message, { ymera: { ...(kind === 'run' ? { runId: id } : { agentId: id }), kind, ...about } });
}

/** What became of a command: for whoever follows the agent closely, unless it was refused. */
export function logDecision(agent: Logging, command: CommandEnvelope, result: CommandResult<EventRecord>): void {
  const { id: commandId, type, traceparent } = command;
  const events = 'events' in result ? (result.events?.length ?? 0) : 0;
  traceDecision(agent.id, command, result.status, events);
  const traceId = traceparent?.split('-')[1];
  const about = { commandId, command: type, ...(traceId === undefined ? {} : { traceId }) };
  if (result.status !== 'rejected') return agentLog(agent, 'debug', `command ${result.status}`, { ...about, events });
  const level = result.code === 'decision_failed' ? 'error' : 'info';
  agentLog(agent, level, 'command rejected', { ...about, code: result.code });
}

/** The turns of an agent's life, one line each; everything else that it records is in the ledger. */
export function logLifecycle(agent: Logging, records: readonly EventRecord[]): void {
  for (const record of records) {
    const name = eventName(record);
    if (!(name in lifecycleEvents)) continue;
    const { sequence, principal, commandid: commandId } = record;
    agentLog(agent, 'info', name, { commandId, sequence, principal });
  }
}
