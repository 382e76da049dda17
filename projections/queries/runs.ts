import type { Trigger } from '../../actors/core/launch';
import type { RunState, RunStatus } from '../../actors/run/state';
import { formatCursor, parseCursor } from './cursor';
import { likeAny } from './id-patterns';
import type { Queryable } from './queryable';

/** A run in a list. Times are ISO 8601, UTC. What it has done step by step is in its agent (`findAgent`). */
export interface RunSummary {
  id: string;
  name: string;
  runbook: string;
  version: number;
  status: RunStatus;
  phase: RunState['phase'];
  startedBy: string;
  trigger: Trigger['type'];
  /** The agent that asked for it. */
  agent: string | null;
  /** Keys of the targets it touches, such as `service:web`. */
  targets: string[];
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  errorCode: string | null;
  sequence: number;
  /** A person is waited for: a step is blocked, or an approval is pending. */
  attention: boolean;
  /** The run that asked for it. */
  parent: string | null;
  /** The run that it repeats. */
  lineageOf: string | null;
}

/** Which runs: all conditions given must hold. */
export interface RunFilter {
  status?: RunStatus;
  runbook?: string;
  /** A target's key. */
  target?: string;
  /** Id of the agent that asked for it. */
  agent?: string;
  started_by?: string;
  attention?: boolean;
  /** Only those that an agent with such an id has asked for (ids, or how they begin and a star), and those of `owner`. */
  patterns?: readonly string[];
  owner?: string;
}

export interface RunPage {
  runs: RunSummary[];
  /** For the page after this one; null on the last. */
  next: string | null;
}

interface RunRow {
  id: string;
  name: string;
  runbook: string;
  version: number;
  status: RunStatus;
  phase: RunState['phase'];
  started_by: string;
  trigger_type: Trigger['type'];
  agent: string | null;
  targets: string[];
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  error_code: string | null;
  sequence: string;
  attention: boolean;
  parent: string | null;
  lineage_of: string | null;
}

const columns = `id, name, runbook, version, status, phase, started_by, trigger_type, agent, targets, created_at, started_at,
  ended_at, error_code, sequence, attention, parent, lineage_of`;

/**
 * Runs, newest first, by pages.
 * @param limit most runs of the page
 * @param cursor `next` of the page before; one that was never given out counts as none
 */
export async function listRuns(db: Queryable, filter: RunFilter, limit: number, cursor?: string): Promise<RunPage> {
  const after = parseCursor(cursor, ['time', 'text']);
  const { rows } = await db.query<RunRow>(
    `SELECT ${columns} FROM runs
     WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR runbook = $2)
       AND ($3::text IS NULL OR targets @> ARRAY[$3::text]) AND ($4::text IS NULL OR agent = $4)
       AND ($5::text IS NULL OR started_by = $5) AND ($6::boolean IS NULL OR attention = $6)
       AND ($7::timestamptz IS NULL OR (created_at, id) < ($7, $8::text))
       AND ($9::text[] IS NULL OR agent LIKE ANY ($9) OR started_by = $10)
     ORDER BY created_at DESC, id DESC LIMIT $11`,
    [
      filter.status ?? null,
      filter.runbook ?? null,
      filter.target ?? null,
      filter.agent ?? null,
      filter.started_by ?? null,
      filter.attention ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      filter.patterns ? likeAny(filter.patterns) : null,
      filter.owner ?? null,
      limit + 1,
    ],
  );
  const runs = rows.slice(0, limit).map(summary);
  const last = runs.at(-1);
  return { runs, next: rows.length > limit && last ? formatCursor([last.createdAt, last.id]) : null };
}

/** The run of that id, or null. */
export async function findRun(db: Queryable, id: string): Promise<RunSummary | null> {
  const { rows } = await db.query<RunRow>(`SELECT ${columns} FROM runs WHERE id = $1`, [id]);
  return rows[0] ? summary(rows[0]) : null;
}

function summary(row: RunRow): RunSummary {
  const { id, name, runbook, version, status, phase, agent, targets, attention, parent } = row;
  return {
    id,
    name,
    runbook,
    version,
    status,
    phase,
    startedBy: row.started_by,
    trigger: row.trigger_type,
    agent,
    targets,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    errorCode: row.error_code,
    sequence: Number(row.sequence),
    attention,
    parent,
    lineageOf: row.lineage_of,
  };
}
