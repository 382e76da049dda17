import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from './queryable';

/** What may be asked of the keeper of evidence, with what, and what it answers. */
export interface KeeperCalls {
  /** A checkpoint of all heads of now: the number of the newest one, which has them all; 0 before the first event. */
  checkpoint: { input: null; answer: { number: number } };
  /** A signature over the canonical text of an export's manifest, which must name the key of now. */
  manifest: { input: { text: string }; answer: { keyId: string; signature: string } };
  /** Keeps all histories of an agent that are not kept yet, the one of its open run included. */
  archive: { input: { agent: string }; answer: null };
}

export type KeeperCall = keyof KeeperCalls;

/** The keeper did not do what it was asked to. */
export class KeeperFailure extends Error {
  constructor(
    readonly code: 'keeper_away' | 'keeper_refused',
    message: string,
  ) {
    super(message);
    this.name = 'KeeperFailure';
  }
}

export const requestChannel = 'keeper_requests';
const pauseMs = 50;
/** A keeper that has been at it for so long has died over it. */
const claimMinutes = 5;

/**
 * Asks the keeper and waits for its answer.
 * @throws KeeperFailure `keeper_away` where it did not answer in time, `keeper_refused` where it would or could not; the error of Postgres
 */
export async function askKeeper<K extends KeeperCall>(
  db: Queryable,
  kind: K,
  input: KeeperCalls[K]['input'],
  limitMs = 30_000,
): Promise<KeeperCalls[K]['answer']> {
  const deadline = Date.now() + limitMs;
  const { rows } = await db.query<{ id: string }>(
    `WITH asked AS (INSERT INTO keeper_requests (kind, input) VALUES ($1, $2) RETURNING id)
     SELECT id, pg_notify('${requestChannel}', id::text) FROM asked`,
    [kind, JSON.stringify(input)],
  );
  const id = (rows[0] as { id: string }).id;
  try {
    for (;;) {
      const found = await db.query<{ answer: string | null; fault: string | null }>(
        'SELECT answer, fault FROM keeper_requests WHERE id = $1 AND answered_at IS NOT NULL',
        [id],
      );
      const [row] = found.rows;
      if (typeof row?.fault === 'string') throw new KeeperFailure('keeper_refused', row.fault);
      if (typeof row?.answer === 'string') return JSON.parse(row.answer) as KeeperCalls[K]['answer'];
      if (Date.now() > deadline)
        throw new KeeperFailure('keeper_away', 'the keeper of evidence did not answer in time');
      await sleep(pauseMs);
    }
  } finally {
    await db.query('DELETE FROM keeper_requests WHERE id = $1', [id]).catch(() => undefined);
  }
}

export interface KeeperRequest {
  id: string;
  kind: string;
  input: unknown;
}

/** Takes up the request that has waited longest, or null. Nobody else gets it. */
export async function claimRequest(db: Queryable): Promise<KeeperRequest | null> {
  const { rows } = await db.query<{ id: string; kind: string; input: string }>(
    `UPDATE keeper_requests SET claimed_at = now() WHERE id = (
       SELECT id FROM keeper_requests
       WHERE answered_at IS NULL AND (claimed_at IS NULL OR claimed_at < now() - make_interval(mins => $1))
       ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED
     ) RETURNING id, kind, input`,
    [claimMinutes],
  );
  const [row] = rows;
  return row ? { ...row, input: JSON.parse(row.input) as unknown } : null;
}

export async function answerRequest(
  db: Queryable,
  id: string,
  outcome: { answer: unknown } | { fault: string },
): Promise<void> {
  const [answer, fault] = 'fault' in outcome ? [null, outcome.fault] : [JSON.stringify(outcome.answer), null];
  await db.query('UPDATE keeper_requests SET answered_at = now(), answer = $2, fault = $3 WHERE id = $1', [
    id,
    answer,
    fault,
  ]);
}

/** Drops requests whose asker has gone away. */
export async function dropOldRequests(db: Queryable): Promise<void> {
  await db.query(`DELETE FROM keeper_requests WHERE asked_at < now() - interval '1 hour'`);
}
