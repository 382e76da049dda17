import type { Queryable } from './queryable';

/** A run of an agent's workflow. */
export interface RunOfAgent {
  agentId: string;
  runId: string;
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
 * Agents whose last history is not kept, by id.
 * @param after the id where the page before ended; empty for the first
 */
export async function unfinishedAgents(db: Queryable, after: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM agents a WHERE id > $1 AND NOT EXISTS (
       SELECT FROM raw_histories h
       WHERE h.agent_id = a.id AND h.closed AND h.next_run_id IS NULL AND h.last_sequence >= a.sequence
     ) ORDER BY id LIMIT $2`,
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
