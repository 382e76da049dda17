import { proxySinks, workflowInfo } from '@temporalio/workflow';
import type { CommandEnvelope } from '../actors/core/command';
import { evidenceReplay, type TracingSinks } from './messages';

const { tracing } = proxySinks<TracingSinks>();

/**
 * Tells the worker that a command of a trace that somebody collects was decided on. A sink writes nothing into the history, and
 * says nothing when a history is replayed.
 */
export function traceDecision(agentId: string, command: CommandEnvelope, outcome: string, events: number): void {
  const { id: commandId, type, traceparent } = command;
  if (traceparent?.endsWith('-01') !== true || workflowInfo().taskQueue.startsWith(evidenceReplay)) return;
  tracing.decided({ agentId, commandId, type, traceparent, outcome, events });
}
