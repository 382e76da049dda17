import type { Coverage, Verdict, Verdicts } from '../../actors/core/evidence/verdicts';
import { formatCursor, parseCursor } from './cursor';
import type { Queryable } from './queryable';

/** How many verifications are kept, and how many agents' verdicts of one that concerns more than some named agents. */
const mostVerifications = 500;
const mostResults = 1000;

/** Whom a verification is about. */
export type VerificationScope = { all: true } | { kind: string } | { agents: string[] };

export type VerificationState = 'waiting' | 'running' | 'done' | 'cancelled' | 'failed';

/** The chain of all checkpoints: the first bad one where it fails. */
export type CheckpointsVerdict =
  { verdict: 'pass'; checked: number } | { verdict: 'fail'; number: number; message: string };

export interface VerificationSummary {
  id: string;
  scope: VerificationScope;
  requestedBy: string;
  /** ISO 8601, like the others. */
  requestedAt: string;
  state: VerificationState;
  error: string | null;
  startedAt: string | null;
  endedAt: string | null;
  progress: { agents: number | null; done: number; records: number };
  failed: number;
  notCheckable: number;
  checkpoints: CheckpointsVerdict | null;
}

export interface AgentResult {
  agent: string;
  kind: string;
  verdicts: Verdicts;
  covered: Coverage;
}

export interface VerificationPage {
  verifications: VerificationSummary[];
  next: string | null;
}

interface Row {
  id: string;
  scope: VerificationScope;
  requested_by: string;
  requested_at: Date;
  state: VerificationState;
  error: string | null;
  started_at: Date | null;
  ended_at: Date | null;
  agents_total: number | null;
  agents_done: number;
  records: string;
  failed: number;
  not_checkable: number;
  checkpoints: CheckpointsVerdict | null;
}

const columns = `id, scope, requested_by, requested_at, state, error, started_at, ended_at, agents_total, agents_done, records, failed,
  not_checkable, checkpoints`;

/** Notes that somebody asks for a verification; the oldest ones are forgotten. */
export async function addVerification(
  db: Queryable,
  { id, scope, requestedBy }: Pick<VerificationSummary, 'id' | 'scope' | 'requestedBy'>,
): Promise<void> {
  await db.query('INSERT INTO verifications (id, scope, requested_by) VALUES ($1, $2, $3)', [
    id,
    JSON.stringify(scope),
    requestedBy,
  ]);
  await db.query(
    `DELETE FROM verifications WHERE ended_at IS NOT NULL
     AND id IN (SELECT id FROM verifications ORDER BY requested_at DESC, id DESC OFFSET $1)`,
    [mostVerifications],
  );
}

export async function findVerification(db: Queryable, id: string): Promise<VerificationSummary | null> {
  const { rows } = await db.query<Row>(`SELECT ${columns} FROM verifications WHERE id = $1`, [id]);
  return rows[0] ? summary(rows[0]) : null;
}

/** Newest first. */
export async function listVerifications(db: Queryable, limit: number, cursor?: string): Promise<VerificationPage> {
  const after = parseCursor(cursor, ['time', 'text']);
  const { rows } = await db.query<Row>(
    `SELECT ${columns} FROM verifications WHERE $1::timestamptz IS NULL OR (requested_at, id::text) < ($1, $2::text)
     ORDER BY requested_at DESC, id::text DESC LIMIT $3`,
    [after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  const verifications = rows.slice(0, limit).map(summary);
  const last = verifications.at(-1);
  return {
    verifications,
    next: rows.length > limit && last ? formatCursor([last.requestedAt, last.id]) : null,
  };
}

/** Verdicts on single agents, those that failed first. @param limit most agents */
export async function verificationResults(db: Queryable, id: string, limit: number): Promise<AgentResult[]> {
  const { rows } = await db.query<{ agent_id: string; kind: string; verdicts: Verdicts; covered: Coverage }>(
    `SELECT agent_id, kind, verdicts, covered FROM verification_results WHERE verification = $1
     ORDER BY verdicts::text LIKE '%"verdict":"fail"%' DESC, agent_id LIMIT $2`,
    [id, limit],
  );
  return rows.map(({ agent_id, ...rest }) => ({ agent: agent_id, ...rest }));
}

/** Takes a verification up. @returns its scope and the agent after which to go on, or null where it has ended or is none */
export async function beginVerification(
  db: Queryable,
  id: string,
): Promise<{ scope: VerificationScope; requestedBy: string; after: string } | null> {
  const { rows } = await db.query<{ scope: VerificationScope; requested_by: string; last_agent: string }>(
    `UPDATE verifications SET state = 'running', started_at = COALESCE(started_at, now())
     WHERE id = $1 AND ended_at IS NULL RETURNING scope, requested_by, last_agent`,
    [id],
  );
  const [row] = rows;
  return row ? { scope: row.scope, requestedBy: row.requested_by, after: row.last_agent } : null;
}

export async function noteTotal(db: Queryable, id: string, agents: number): Promise<void> {
  await db.query('UPDATE verifications SET agents_total = $2 WHERE id = $1', [id, agents]);
}

export async function noteCheckpoints(db: Queryable, id: string, verdict: CheckpointsVerdict): Promise<void> {
  await db.query('UPDATE verifications SET checkpoints = $2 WHERE id = $1', [id, JSON.stringify(verdict)]);
}

/** Notes the verdicts on one agent, once: in the order of ids. To be called in a transaction. @param keep also where all passed */
export async function noteResult(db: Queryable, id: string, result: AgentResult, keep: boolean): Promise<void> {
  const outcome = outcomeOf(result.verdicts);
  const { rowCount } = await db.query(
    `UPDATE verifications SET agents_done = agents_done + 1, last_agent = $2, records = records + $3,
       failed = failed + $4, not_checkable = not_checkable + $5
     WHERE id = $1 AND last_agent COLLATE "C" < $2`,
    [id, result.agent, result.covered.records, Number(outcome === 'fail'), Number(outcome === 'not_checkable')],
  );
  if (rowCount !== 1 || (outcome === 'pass' && !keep)) return;
  await db.query(
    `INSERT INTO verification_results (verification, agent_id, kind, verdicts, covered)
     SELECT $1, $2, $3, $4, $5 WHERE $6 OR (SELECT count(*) FROM verification_results WHERE verification = $1) < $7
     ON CONFLICT DO NOTHING`,
    [id, result.agent, result.kind, JSON.stringify(result.verdicts), JSON.stringify(result.covered), keep, mostResults],
  );
}

/** Ends a verification, once. @returns it as it stands, or null where it had ended before or is none */
export async function closeVerification(
  db: Queryable,
  id: string,
  state: 'done' | 'cancelled' | 'failed',
  error: string | null,
): Promise<VerificationSummary | null> {
  const { rows } = await db.query<Row>(
    `UPDATE verifications SET state = $2, error = $3, ended_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING ${columns}`,
    [id, state, error],
  );
  return rows[0] ? summary(rows[0]) : null;
}

/** Agents that anything is known of: also one whose ledger is gone altogether. */
const known = `(
  SELECT id FROM agents WHERE $1::text IS NULL OR kind = $1
  UNION SELECT agent_id FROM raw_histories WHERE $1::text IS NULL OR kind = $1
  UNION SELECT agent_id FROM checkpoint_heads WHERE $1::text IS NULL
) AS known`;

/** Their ids after one, in the order of their bytes. @param kind only those that the archive or the read side knows as such */
export async function knownAgents(db: Queryable, kind: string | null, after: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM ${known} WHERE id COLLATE "C" > $2 ORDER BY id COLLATE "C" LIMIT $3`,
    [kind, after, limit],
  );
  return rows.map(({ id }) => id);
}

export async function countKnownAgents(db: Queryable, kind: string | null): Promise<number> {
  const { rows } = await db.query<{ count: string }>(`SELECT count(*) FROM ${known}`, [kind]);
  return Number(rows[0]?.count);
}

/** The worst of four verdicts. */
export function outcomeOf(verdicts: Verdicts): Verdict['verdict'] {
  const all = Object.values(verdicts).map(({ verdict }) => verdict);
  return (['fail', 'not_checkable'] as const).find((one) => all.includes(one)) ?? 'pass';
}

function summary(row: Row): VerificationSummary {
  return {
    id: row.id,
    scope: row.scope,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at.toISOString(),
    state: row.state,
    error: row.error,
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    progress: { agents: row.agents_total, done: row.agents_done, records: Number(row.records) },
    failed: row.failed,
    notCheckable: row.not_checkable,
    checkpoints: row.checkpoints,
  };
}
