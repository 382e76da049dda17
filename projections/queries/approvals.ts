import type { ApprovalState } from '../../actors/run/state';
import { formatCursor, parseCursor } from './cursor';
import type { Queryable } from './queryable';

/** A question that a run asks people. Times are ISO 8601, UTC. */
export interface ApprovalSummary {
  run: string;
  runbook: string;
  /** Of the step that asks. */
  path: string;
  /** `voided` also where the run ended before it was answered. */
  status: ApprovalState['status'];
  message: string;
  /** What would be done, and the hash that an answer must name. */
  plan: unknown;
  planHash: string;
  /** Who may answer, those it was escalated to among them; empty: anybody. */
  roles: string[];
  /** How many must agree. */
  count: number;
  reasonRequired: boolean;
  given: ApprovalState['given'];
  requestedAt: string;
  expiresAt: string;
  /** In whose name the run goes: no answer may come from there. */
  startedBy: string;
}

/** Which approvals: all conditions given must hold. */
export interface ApprovalFilter {
  status?: 'pending';
  /** Those that one of these roles may answer. */
  role?: readonly string[];
  /** Id of a run. */
  run?: string;
}

export interface ApprovalPage {
  approvals: ApprovalSummary[];
  /** For the page after this one; null on the last. */
  next: string | null;
}

interface ApprovalRow {
  run_id: string;
  runbook: string;
  path: string;
  status: ApprovalState['status'];
  message: string;
  plan: unknown;
  plan_hash: string;
  roles: string[];
  count: number;
  reason_required: boolean;
  given: ApprovalState['given'];
  requested_at: Date;
  expires_at: Date;
  started_by: string;
}

/**
 * Approvals by pages: pending ones (`status`) from the one that expires first, all of them from the one that expires last.
 * @param limit most approvals of the page
 * @param cursor `next` of the page before, of the same filter; one that was never given out counts as none
 */
export async function listApprovals(
  db: Queryable,
  { status, role, run }: ApprovalFilter,
  limit: number,
  cursor?: string,
): Promise<ApprovalPage> {
  const after = parseCursor(cursor, ['time', 'text', 'text']);
  const [beyond, order] = status === 'pending' ? ['>', 'ASC'] : ['<', 'DESC'];
  const { rows } = await db.query<ApprovalRow>(
    `SELECT run_id, runbook, path, approvals.status, message, plan, plan_hash, roles, count, reason_required, given, requested_at,
       expires_at, approvals.started_by
     FROM approvals JOIN runs ON runs.id = run_id
     WHERE ($1::text IS NULL OR approvals.status = $1) AND ($2::text[] IS NULL OR roles = '{}' OR roles && $2)
       AND ($3::text IS NULL OR run_id = $3)
       AND ($4::timestamptz IS NULL OR (expires_at, run_id, path) ${beyond} ($4, $5::text, $6::text))
     ORDER BY expires_at ${order}, run_id ${order}, path ${order} LIMIT $7`,
    [status ?? null, role ?? null, run ?? null, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, limit + 1],
  );
  const approvals = rows.slice(0, limit).map(summary);
  const last = approvals.at(-1);
  const next = rows.length > limit && last ? formatCursor([last.expiresAt, last.run, last.path]) : null;
  return { approvals, next };
}

function summary(row: ApprovalRow): ApprovalSummary {
  const { runbook, path, status, message, plan, roles, count, given } = row;
  return {
    run: row.run_id,
    runbook,
    path,
    status,
    message,
    plan,
    planHash: row.plan_hash,
    roles,
    count,
    reasonRequired: row.reason_required,
    given,
    requestedAt: row.requested_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    startedBy: row.started_by,
  };
}
