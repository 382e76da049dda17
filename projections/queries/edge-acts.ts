import type { Queryable } from './queryable';

/** Something that somebody did at the edge, waiting to be recorded. Ids are ordered by time. */
export interface WaitingAct {
  id: string;
  act: unknown;
}

/** Names the lock under which one process at a time hands acts on. */
const lock = 7_316_500;

export async function addAct(db: Queryable, { id, act }: WaitingAct): Promise<void> {
  await db.query('INSERT INTO edge_acts (id, act) VALUES ($1, $2::json) ON CONFLICT DO NOTHING', [
    id,
    JSON.stringify(act),
  ]);
}

/**
 * The oldest acts, in their order. To be called in a transaction: until its end, no other process gets any.
 * @returns null where another process is at it
 */
export async function takeActs(db: Queryable, limit: number): Promise<WaitingAct[] | null> {
  const { rows: locks } = await db.query<{ got: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS got', [lock]);
  if (!locks[0]?.got) return null;
  const { rows } = await db.query<WaitingAct>('SELECT id, act FROM edge_acts ORDER BY id LIMIT $1', [limit]);
  return rows;
}

export async function removeActs(db: Queryable, ids: string[]): Promise<void> {
  await db.query('DELETE FROM edge_acts WHERE id = ANY($1::uuid[])', [ids]);
}
