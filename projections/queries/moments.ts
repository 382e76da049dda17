import type { Queryable } from './queryable';

/**
 * The last event of an agent that the ledger has of a time or before it.
 * @param time ISO 8601, UTC
 * @returns its sequence, 0 where there is none
 */
export async function sequenceAt(db: Queryable, agentId: string, time: string): Promise<number> {
  const { rows } = await db.query<{ sequence: string }>(
    'SELECT sequence FROM events WHERE agent_id = $1 AND time <= $2 ORDER BY time DESC, sequence DESC LIMIT 1',
    [agentId, time],
  );
  return Number(rows[0]?.sequence ?? 0);
}
