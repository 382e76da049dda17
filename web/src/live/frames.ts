import type { EventRecord } from '../../../actors/core/event';

/** What the hub says; see `api/ws/protocol.ts`. */
export type Frame =
  | { op: 'event'; event: EventRecord; position?: number }
  | { op: 'subscribed'; agents: string[]; position: number | null }
  | { op: 'error'; code: string; message: string }
  | { op: 'pong' | 'unsubscribed' }
  | { op: string; [field: string]: unknown };
