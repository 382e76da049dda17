import type { EventRecord } from '../../../actors/core/event';

/** One line that a step of a run has written. */
export interface LogLine {
  run: string;
  seq: number;
  [field: string]: unknown;
}

/** What the hub says; see `api/ws/protocol.ts`. */
export type Frame =
  | { op: 'event'; event: EventRecord; position?: number }
  | { op: 'subscribed'; agents: string[]; position: number | null }
  | { op: 'error'; code: string; message: string }
  | { op: 'pong' | 'unsubscribed' }
  | { op: string; [field: string]: unknown };
