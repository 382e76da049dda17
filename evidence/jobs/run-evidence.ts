import type { LoadedDataConverter } from '@temporalio/common';
import type { Pool } from 'pg';
import type { RunFacts } from '../../actors/core/evidence/told-check';
import { historyBytes, readHistory, type RawHistory } from '../../projections/queries/evidence-histories';
import { eventsOf, linksOf, sha256Of } from '../../temporal/history-facts';
import {
  beginningOf,
  firstHeld,
  restoredFrom,
  type HistoryEvent,
  type RunBeginning,
} from '../../temporal/history-records';

/** One run's raw history, read and looked over. */
export interface RunEvidence {
  facts: RunFacts;
  bytes: Uint8Array;
  events: HistoryEvent[];
  /** Null where it can't be read. */
  beginning: RunBeginning | null;
}

/** A longer history of an open run came into the place of the one that was noted: what was read so far is not of one moment. */
export class HistoryReplaced extends Error {
  readonly code = 'history_replaced';
}

/**
 * Reads what was archived of a run. What it says of itself is believed before what the columns beside it say.
 * @throws HistoryReplaced, or the error of Postgres
 */
export async function runEvidence(pool: Pool, converter: LoadedDataConverter, noted: RawHistory): Promise<RunEvidence> {
  const { runId, previousRunId, nextRunId, closed, firstSequence, lastSequence } = noted;
  const rest = { firstSequence, lastSequence };
  const kept = await readHistory(pool, noted.workflowId, runId);
  if (kept && kept.run.sha256 !== noted.sha256)
    throw new HistoryReplaced(`the history of run ${runId} was taken again`);
  const bytes = kept && (await historyBytes(kept).catch(() => null));
  if (!bytes || sha256Of(bytes) !== noted.sha256) {
    const facts = { runId, previousRunId, nextRunId, closed, ...rest, sound: false, unreadable: null };
    return { facts, bytes: bytes ?? new Uint8Array(), events: [], beginning: null };
  }
  try {
    const events = eventsOf(bytes);
    const links = linksOf(events);
    try {
      const beginning = await beginningOf(converter, events[0]);
      const { before, previousRunId: from, input } = beginning;
      const restored = restoredFrom(input) !== null;
      // What a restored agent has not said yet is told by nothing but its beginning.
      const firstSequence = restored ? firstHeld(beginning) : before.sequence + 1;
      const first = { firstSequence, previousRunId: from, restored };
      return { facts: { ...links, ...rest, ...first, sound: true, unreadable: null }, bytes, events, beginning };
    } catch (error) {
      const facts = { ...links, ...rest, sound: true, unreadable: messageOf(error) };
      return { facts, bytes, events, beginning: null };
    }
  } catch (error) {
    const facts = { runId, previousRunId, nextRunId, closed, ...rest, sound: true, unreadable: messageOf(error) };
    return { facts, bytes, events: [], beginning: null };
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
