import { likeAny } from './id-patterns';
import type { Queryable } from './queryable';

/** Which records are asked for: all conditions given must hold. */
export interface ExportFilter {
  /** ISO 8601: `from <= time < to`. */
  from?: string;
  to?: string;
  principal?: string;
  kind?: string;
  /** Ids, or how they begin and a star. */
  patterns?: readonly string[];
  /** Kinds that the one who asks may not see. */
  hidden?: readonly string[];
}

export interface ConcernedAgent {
  id: string;
  kind: string;
  status: 'running' | 'stopped';
}

/**
 * Agents that have a record which is asked for, by id.
 * @param limit most agents
 */
export async function concernedAgents(
  db: Queryable,
  { from, to, principal, kind, patterns, hidden = [] }: ExportFilter,
  limit: number,
): Promise<ConcernedAgent[]> {
  const ofRecords = from !== undefined || to !== undefined || principal !== undefined;
  const { rows } = await db.query<ConcernedAgent>(
    `SELECT id, kind, status FROM agents
     WHERE ($1::text IS NULL OR kind = $1) AND ($2::text[] IS NULL OR id LIKE ANY ($2)) AND kind <> ALL ($3::text[])
       ${ofRecords ? `AND id IN (SELECT agent_id FROM events WHERE ${matching(4)})` : ''}
     ORDER BY id LIMIT $${ofRecords ? 7 : 4}`,
    [
      kind ?? null,
      patterns ? likeAny(patterns) : null,
      hidden,
      ...(ofRecords ? [from ?? null, to ?? null, principal ?? null] : []),
      limit,
    ],
  );
  return rows;
}

/** Sequences after `after` of an agent's records that are asked for, ascending, at most `limit`. */
export async function matchingSequences(
  db: Queryable,
  agentId: string,
  { from, to, principal }: ExportFilter,
  after: number,
  limit: number,
): Promise<number[]> {
  const { rows } = await db.query<{ sequence: string }>(
    `SELECT sequence FROM events WHERE agent_id = $1 AND sequence > $2 AND ${matching(3)} ORDER BY sequence LIMIT $6`,
    [agentId, after, from ?? null, to ?? null, principal ?? null, limit],
  );
  return rows.map(({ sequence }) => Number(sequence));
}

/** @param at number of the first of three parameters: from, to, principal */
function matching(at: number): string {
  return `($${at}::timestamptz IS NULL OR time >= $${at}) AND ($${at + 1}::timestamptz IS NULL OR time < $${at + 1})
    AND ($${at + 2}::text IS NULL OR principal = $${at + 2})`;
}

/** The runs that a run has begun, and those that these have begun, itself among them; at most `limit`. */
export async function runFamily(db: Queryable, runId: string, limit: number): Promise<ConcernedAgent[]> {
  const { rows } = await db.query<ConcernedAgent>(
    `WITH RECURSIVE family (run) AS (
       SELECT $1::text UNION SELECT runs.id FROM runs JOIN family ON runs.parent = family.run)
     SELECT id, kind, status FROM agents JOIN family ON run = id ORDER BY id <> $1, id LIMIT $2`,
    [runId, limit],
  );
  return rows;
}

/** A head of an agent's chain that a checkpoint has signed. */
export interface SignedHead {
  checkpoint: number;
  leaf: number;
  sequence: number;
  hash: string;
}

interface HeadRow {
  checkpoint: string;
  leaf: number;
  sequence: string;
  hash: string;
}

/** The first signed head at a record of an agent or after it, or null where none is signed. */
export async function signedHeadAfter(db: Queryable, agentId: string, sequence: number): Promise<SignedHead | null> {
  const { rows } = await db.query<HeadRow>(
    `SELECT checkpoint, leaf, sequence, hash FROM checkpoint_heads WHERE agent_id = $1 AND sequence >= $2
     ORDER BY sequence LIMIT 1`,
    [agentId, sequence],
  );
  return rows[0] ? signedHead(rows[0]) : null;
}

/** The newest signed head of an agent, or null. */
export async function newestSignedHead(db: Queryable, agentId: string): Promise<SignedHead | null> {
  const { rows } = await db.query<HeadRow>(
    `SELECT checkpoint, leaf, sequence, hash FROM checkpoint_heads WHERE agent_id = $1 ORDER BY sequence DESC LIMIT 1`,
    [agentId],
  );
  return rows[0] ? signedHead(rows[0]) : null;
}

/** Signed heads of an agent from one record to another, ascending: the last of them, and of the others some, evenly. */
export async function sampledHeads(
  db: Queryable,
  agentId: string,
  { from, to }: { from: number; to: number },
  most: number,
): Promise<SignedHead[]> {
  const { rows } = await db.query<HeadRow>(
    `SELECT checkpoint, leaf, sequence, hash FROM (
       SELECT *, row_number() OVER (ORDER BY sequence DESC) - 1 AS n, count(*) OVER () AS total
       FROM checkpoint_heads WHERE agent_id = $1 AND sequence BETWEEN $2 AND $3) heads
     WHERE n % greatest(1, ceil(total / $4::numeric)::bigint) = 0 ORDER BY sequence`,
    [agentId, from, to, most],
  );
  return rows.map(signedHead);
}

function signedHead(row: HeadRow): SignedHead {
  return { ...row, checkpoint: Number(row.checkpoint), sequence: Number(row.sequence) };
}
