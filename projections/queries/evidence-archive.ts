import { genesisHash } from '../../actors/core/hash-chain';
import type { RawHistory } from './evidence-histories';
import type { Queryable } from './queryable';

/** A run of an agent's workflow. */
export interface RunOfAgent {
  agentId: string;
  runId: string;
}

/** Which records a run's history tells of. */
export type RunSpan = Pick<RawHistory, 'kind' | 'firstSequence' | 'lastSequence' | 'lastHash'>;

/**
 * Which records a run made, by the times of the ledger's: for a history that nobody here can read.
 * @returns kind empty where the ledger knows no such agent
 */
export async function spanByTime(
  db: Queryable,
  { agentId, startedAt, closedAt }: Pick<RawHistory, 'agentId' | 'startedAt' | 'closedAt'>,
): Promise<RunSpan> {
  const { rows } = await db.query<{ kind: string | null; before: string; last: string | null; hash: string | null }>(
    `SELECT (SELECT kind FROM agents WHERE id = $1) AS kind,
       coalesce((SELECT max(sequence) FROM events WHERE agent_id = $1 AND time < $2), 0) AS before,
       newest.sequence AS last, newest.hash
     FROM (VALUES (1)) AS one LEFT JOIN (
       SELECT sequence, hash FROM events WHERE agent_id = $1 AND time <= coalesce($3, now()) ORDER BY sequence DESC LIMIT 1
     ) AS newest ON true`,
    [agentId, startedAt, closedAt],
  );
  const { kind, before, last, hash } = rows[0] as (typeof rows)[0];
  return {
    kind: kind ?? '',
    firstSequence: Number(before) + 1,
    lastSequence: Number(last ?? before),
    lastHash: hash ?? genesisHash,
  };
}

/** Up to when the runs that had closed were looked at. */
export async function archivedTo(db: Queryable): Promise<Date> {
  const { rows } = await db.query<{ seen_to: Date }>('SELECT seen_to FROM archive_progress');
  return rows[0]?.seen_to ?? new Date(0);
}

export async function noteArchivedTo(db: Queryable, at: Date): Promise<void> {
  await db.query('UPDATE archive_progress SET seen_to = $1', [at]);
}

/**
 * Agents whose last history is not kept, by id; those that have expired as a whole are none.
 * @param after the id where the page before ended; empty for the first
 */
export async function unfinishedAgents(db: Queryable, after: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM agents a WHERE id > $1 AND NOT EXISTS (
       SELECT FROM raw_histories h
       WHERE h.agent_id = a.id AND h.closed AND h.next_run_id IS NULL AND h.last_sequence >= a.sequence
     ) AND NOT EXISTS (SELECT FROM tombstones t WHERE t.agent_id = a.id AND t.to_sequence >= a.sequence)
     ORDER BY id LIMIT $2`,
    [after, limit],
  );
  return rows.map(({ id }) => id);
}

/** Runs that others, which are kept, name as the one before or the next one, and that are not kept; what has expired is none. */
export async function missingRuns(db: Queryable, limit: number): Promise<RunOfAgent[]> {
  const { rows } = await db.query<{ agent_id: string; run_id: string }>(
    `SELECT agent_id, previous_run_id AS run_id FROM raw_histories h
     WHERE previous_run_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM raw_histories p WHERE p.workflow_id = h.workflow_id AND p.run_id = h.previous_run_id AND p.closed)
       AND NOT EXISTS (SELECT FROM tombstones t WHERE t.agent_id = h.agent_id AND t.to_sequence >= h.first_sequence - 1)
     LIMIT $1`,
    [limit],
  );
  return rows.map(({ agent_id, run_id }) => ({ agentId: agent_id, runId: run_id }));
}
