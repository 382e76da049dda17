import { proxySinks, workflowInfo } from '@temporalio/workflow';
import type { AgentState } from '../actors/core/agent-state';
import type { EventRecord } from '../actors/core/event';
import { hashOf } from '../actors/core/hash-chain';
import { evidenceReplay, type EvidenceSinks } from './messages';

const { evidence } = proxySinks<EvidenceSinks>();

/** A worker that lives never hears of any of this, not even when it replays: it would pay for it at each recovery. */
function isHeard(): boolean {
  return workflowInfo().taskQueue.startsWith(evidenceReplay);
}

/** Hands out what was just recorded, where an auditor has the history replayed. */
export function handOut(records: readonly EventRecord[]): void {
  if (records.length === 0 || !isHeard()) return;
  evidence.recorded(records.map(({ sequence, type, hash }) => ({ sequence, type, hash })));
}

/** The same of the agent itself, at its end. */
export function handOutEnd(agent: AgentState): void {
  if (isHeard()) evidence.ended(hashOf(agent));
}
