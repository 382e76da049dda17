import { evolveAgent, unborn, type AgentState } from '../actors/core/agent-state';
import { isDomainError } from '../actors/core/errors';
import { eventKind, type EventRecord } from '../actors/core/event';
import type { AnyKind } from '../actors/core/kind';
import { opaqueKind } from '../actors/core/opaque-kind';
import { kindNamed } from '../actors/registry';

/** An agent as the read side holds it. */
export interface FoldedAgent {
  agent: AgentState;
  /** False where this release does not know the kind: all but `state` is folded then. */
  kindKnown: boolean;
}

/** The kind, or null where this release does not know it. */
export function knownKind(name: string): AnyKind | null {
  try {
    return kindNamed(name);
  } catch (error) {
    if (isDomainError(error)) return null;
    throw error;
  }
}

/**
 * Folds records of one agent, oldest first and at least one, onto what was folded before.
 * @param before undefined for an agent without any record yet
 */
export function foldRecords(
  before: AgentState | undefined,
  records: readonly EventRecord[],
  agentId: string,
): FoldedAgent {
  const name = before?.kind ?? eventKind(records[0] as EventRecord);
  const known = knownKind(name);
  const kind = known ?? opaqueKind(name);
  let agent = before ?? unborn(kind, agentId);
  for (const record of records) agent = evolveAgent(kind, agent, record);
  return { agent, kindKnown: known !== null };
}
