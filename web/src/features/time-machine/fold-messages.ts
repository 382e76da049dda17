import type { EventRecord } from '../../../../actors/core/event';

/** What the page asks of the worker that folds. Blobs are answers of the API, not parsed yet. */
export type FoldAsk =
  | { op: 'begin'; agent: string }
  | { op: 'take'; page: number; base: Blob | null; events: Blob }
  | { op: 'append'; records: readonly EventRecord[] }
  | { op: 'forget'; page: number }
  | { op: 'moment'; at: number; against: number | null };

export interface FoldAsked {
  id: number;
  ask: FoldAsk;
}

export type FoldAnswer = { id: number; value: unknown } | { id: number; fault: string };
