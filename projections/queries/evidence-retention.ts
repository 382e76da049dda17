import type { TombstoneBody } from '../../actors/core/evidence/tombstone';
import { standardClass } from '../../infra/retention';
import type { Queryable } from './queryable';

/** By which class an agent's records expire, and how far they have. */
export interface Retention {
  class: string;
  /** Null where nobody has chosen the class. */
  reason: string | null;
  setBy: string | null;
  /** ISO 8601 */
  setAt: string | null;
  /** Sequence of the last record that is gone; 0 where all are there. */
  expiredTo: number;
  /** Whether a legal hold keeps the rest. */
  held: boolean;
}

export async function readRetention(db: Queryable, agentId: string): Promise<Retention> {
  const { rows } = await db.query<{
    class: string | null;
    reason: string | null;
    set_by: string | null;
    set_at: Date | null;
    expired_to: string;
    held: boolean;
  }>(
    `SELECT class, reason, set_by, set_at,
       coalesce((SELECT max(to_sequence) FROM tombstones WHERE agent_id = $1), 0) AS expired_to,
       EXISTS (SELECT FROM legal_holds WHERE agent_id = $1 AND released_at IS NULL) AS held
     FROM (VALUES ($1)) AS asked (id) LEFT JOIN agent_retention ON agent_id = id`,
    [agentId],
  );
  const row = rows[0] as (typeof rows)[0];
  return {
    class: row.class ?? standardClass,
    reason: row.reason,
    setBy: row.set_by,
    setAt: row.set_at?.toISOString() ?? null,
    expiredTo: Number(row.expired_to),
    held: row.held,
  };
}

/** Puts an agent into a class. */
export async function setRetention(
  db: Queryable,
  agentId: string,
  choice: { class: string; reason: string; setBy: string },
): Promise<void> {
  await db.query(
    `INSERT INTO agent_retention (agent_id, class, reason, set_by) VALUES ($1, $2, $3, $4)
     ON CONFLICT (agent_id) DO UPDATE SET class = excluded.class, reason = excluded.reason, set_by = excluded.set_by, set_at = now()`,
    [agentId, choice.class, choice.reason, choice.setBy],
  );
}

/** Sequence of the last record of an agent that has expired; 0 where all are there. */
export async function expiredTo(db: Queryable, agentId: string): Promise<number> {
  return (await lastTombstone(db, agentId))?.to ?? 0;
}

/** The newest tombstone of an agent, or null. */
export async function lastTombstone(db: Queryable, agentId: string): Promise<TombstoneBody | null> {
  const { rows } = await db.query<{ body: string }>(
    'SELECT body FROM tombstones WHERE agent_id = $1 ORDER BY from_sequence DESC LIMIT 1',
    [agentId],
  );
  return rows[0] ? (JSON.parse(rows[0].body) as TombstoneBody) : null;
}

/** Records of an agent that the time of its class has passed. */
export interface Expirable {
  agent: string;
  class: string;
  /** Sequence of the last of them. */
  to: number;
}

/**
 * Agents with something to expire, by id: of those that have ended all of it, of those that go on what closed runs hold whose
 * histories are archived. Not those under a hold, nor those whose kind this release can't fold.
 * @param cutoffs by class: what is older (ISO 8601) expires
 * @param after id of the last agent of the page before
 */
export async function listExpirable(
  db: Queryable,
  cutoffs: ReadonlyMap<string, string>,
  after: string,
  limit: number,
): Promise<Expirable[]> {
  const { rows } = await db.query<{ id: string; class: string; to_sequence: string }>(
    `SELECT id, class, to_sequence FROM (
       SELECT a.id, c.class,
         CASE WHEN a.status = 'stopped' AND a.updated_at < c.cutoff THEN a.sequence
         ELSE (SELECT max(h.last_sequence) FROM raw_histories h
           WHERE h.agent_id = a.id AND h.closed AND h.closed_at < c.cutoff AND h.last_sequence < a.sequence) END AS to_sequence,
         coalesce((SELECT max(t.to_sequence) FROM tombstones t WHERE t.agent_id = a.id), 0) AS expired
       FROM agents a LEFT JOIN agent_retention r ON r.agent_id = a.id
       JOIN unnest($1::text[], $2::timestamptz[]) AS c (class, cutoff) ON c.class = coalesce(r.class, $3)
       WHERE a.id > $4 AND a.kind_known AND a.created_at < c.cutoff
         AND NOT EXISTS (SELECT FROM legal_holds l WHERE l.agent_id = a.id AND l.released_at IS NULL)
     ) AS old WHERE to_sequence > expired ORDER BY id LIMIT $5`,
    [[...cutoffs.keys()], [...cutoffs.values()], standardClass, after, limit],
  );
  return rows.map((row) => ({ agent: row.id, class: row.class, to: Number(row.to_sequence) }));
}

/** Until the end of the transaction nobody else adds to the agent's ledger, expires it, or places a hold on it. */
export async function lockLedger(db: Queryable, agentId: string): Promise<void> {
  await db.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [agentId]);
}

/** Keeps a tombstone. @param body canonical JSON of a `TombstoneBody` @param signature 64 bytes */
export async function insertTombstone(
  db: Queryable,
  { agent, from, to, keyId }: TombstoneBody,
  body: string,
  signature: Uint8Array,
): Promise<void> {
  await db.query(
    `INSERT INTO tombstones (agent_id, from_sequence, to_sequence, body, key_id, signature) VALUES ($1, $2, $3, $4, $5, $6)`,
    [agent, from, to, body, keyId, Buffer.from(signature)],
  );
}

/**
 * Removes the records that a tombstone tells of; to be called in the transaction that has kept it.
 * @returns how many went
 * @throws the error of Postgres (`23001`) where a hold is in force, or no such tombstone tells of these very records
 */
export async function expireRecords(db: Queryable, { agent, from, to }: TombstoneBody): Promise<number> {
  const { rows } = await db.query<{ expired: string }>('SELECT expire_records($1, $2, $3) AS expired', [
    agent,
    from,
    to,
  ]);
  return Number(rows[0]?.expired);
}
