import type { Queryable } from './queryable';

/** What an installation has at hand, by the read side. Ages in seconds. */
export interface InstallationCounts {
  agents: { status: string; count: number }[];
  /** Runs of runbooks that have not ended. */
  runs: { status: string; count: number; oldest: number }[];
  approvals: { count: number; oldest: number };
  /** Acts at the edge that are not yet on record. */
  edgeActs: number;
}

/** @throws the error of Postgres */
export async function countInstallation(db: Queryable): Promise<InstallationCounts> {
  const { rows: agents } = await db.query<{ status: string; count: string }>(
    'SELECT status, count(*) FROM agents GROUP BY status',
  );
  const { rows: runs } = await db.query<{ status: string; count: string; oldest: number }>(
    `SELECT status, count(*), extract(epoch FROM now() - min(created_at))::float8 AS oldest
     FROM runs WHERE phase <> 'ended' GROUP BY status`,
  );
  const { rows: waiting } = await db.query<{ approvals: string; oldest: number | null; acts: string }>(
    `SELECT (SELECT count(*) FROM approvals WHERE status = 'pending') AS approvals,
       (SELECT extract(epoch FROM now() - min(requested_at))::float8 FROM approvals WHERE status = 'pending') AS oldest,
       (SELECT count(*) FROM edge_acts) AS acts`,
  );
  const [{ approvals = '0', oldest = null, acts = '0' } = {}] = waiting;
  return {
    agents: agents.map(({ status, count }) => ({ status, count: Number(count) })),
    runs: runs.map((row) => ({ ...row, count: Number(row.count) })),
    approvals: { count: Number(approvals), oldest: oldest ?? 0 },
    edgeActs: Number(acts),
  };
}
