import { formatCursor, parseCursor } from './cursor';
import type { Queryable } from './queryable';

/** Keeps whatever there is of an agent from expiring, until it is released. */
export interface LegalHold {
  id: string;
  agent: string;
  reason: string;
  placedBy: string;
  /** ISO 8601 */
  placedAt: string;
  releasedBy: string | null;
  releasedAt: string | null;
  releaseReason: string | null;
}

export interface HoldPage {
  holds: LegalHold[];
  next: string | null;
}

interface Row {
  id: string;
  agent_id: string;
  reason: string;
  placed_by: string;
  placed_at: Date;
  released_by: string | null;
  released_at: Date | null;
  release_reason: string | null;
}

/** Places a hold; an expiry of the agent that is under way is waited for. */
export async function placeHold(
  db: Queryable,
  { id, agent, reason, placedBy }: Pick<LegalHold, 'id' | 'agent' | 'reason' | 'placedBy'>,
): Promise<LegalHold> {
  const { rows } = await db.query<Row>(
    'INSERT INTO legal_holds (id, agent_id, reason, placed_by) VALUES ($1, $2, $3, $4) RETURNING *',
    [id, agent, reason, placedBy],
  );
  return present(rows[0] as Row);
}

/** Releases a hold. @returns null where none of that id is in force */
export async function releaseHold(db: Queryable, id: string, by: string, reason: string): Promise<LegalHold | null> {
  const { rows } = await db.query<Row>(
    `UPDATE legal_holds SET released_at = now(), released_by = $2, release_reason = $3
     WHERE id = $1 AND released_at IS NULL RETURNING *`,
    [id, by, reason],
  );
  return rows[0] ? present(rows[0]) : null;
}

/** The hold of that id, or null. */
export async function findHold(db: Queryable, id: string): Promise<LegalHold | null> {
  const { rows } = await db.query<Row>('SELECT * FROM legal_holds WHERE id = $1', [id]);
  return rows[0] ? present(rows[0]) : null;
}

/**
 * Holds, newest first, by pages.
 * @param filter `agent`: of this one alone; `released`: those that are no more in force among them
 * @param cursor `next` of the page before; one never given out counts as none
 */
export async function listHolds(
  db: Queryable,
  { agent, released = false }: { agent?: string | undefined; released?: boolean | undefined },
  limit: number,
  cursor?: string,
): Promise<HoldPage> {
  const after = parseCursor(cursor, ['time', 'text']);
  const { rows } = await db.query<Row>(
    `SELECT * FROM legal_holds
     WHERE ($1::text IS NULL OR agent_id = $1) AND ($2 OR released_at IS NULL)
       AND ($3::timestamptz IS NULL OR (placed_at, id) < ($3, $4::text))
     ORDER BY placed_at DESC, id DESC LIMIT $5`,
    [agent ?? null, released, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  const holds = rows.slice(0, limit).map(present);
  const last = holds.at(-1);
  return { holds, next: rows.length > limit && last ? formatCursor([last.placedAt, last.id]) : null };
}

function present(row: Row): LegalHold {
  return {
    id: row.id,
    agent: row.agent_id,
    reason: row.reason,
    placedBy: row.placed_by,
    placedAt: row.placed_at.toISOString(),
    releasedBy: row.released_by,
    releasedAt: row.released_at?.toISOString() ?? null,
    releaseReason: row.release_reason,
  };
}
