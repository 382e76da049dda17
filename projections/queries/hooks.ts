import { formatCursor, parseCursor } from './cursor';
import type { Queryable } from './queryable';

/** How a delivery is signed, and what its body looks like. */
export type HookForm = 'generic' | 'github' | 'alertmanager';

/** An address whose signed deliveries start runs. Times are ISO 8601, UTC. */
export interface Hook {
  id: string;
  /** What deliveries begin; null where they are told to an agent. */
  runbook: string | null;
  /** The agent that is told of groups of alerts, or null. */
  agent: string | null;
  /** The newest at the time of a delivery where it is null. */
  version: number | null;
  form: HookForm;
  /** Name of the secret that deliveries are signed with. */
  secretName: string;
  /** A CEL condition on the delivery; all are taken where it is null. */
  filter: string | null;
  /** Template of the run's input. */
  input: Record<string, unknown>;
  enabled: boolean;
  createdBy: string;
  createdAt: string;
  updatedAt: string;
}

export type NewHook = Omit<Hook, 'enabled' | 'createdAt' | 'updatedAt'>;

export interface HookPage {
  hooks: Hook[];
  /** For the page after this one; null on the last. */
  next: string | null;
}

/** A delivery that was taken, and the run it led to. */
export interface HookDelivery {
  delivery: string;
  run: string;
  receivedAt: string;
}

export interface HookDeliveryPage {
  deliveries: HookDelivery[];
  /** For the page after this one; null on the last. */
  next: string | null;
}

interface HookRow {
  id: string;
  runbook: string | null;
  agent: string | null;
  version: number | null;
  form: HookForm;
  secret_name: string;
  filter: string | null;
  input: Record<string, unknown>;
  enabled: boolean;
  created_by: string;
  created_at: Date;
  updated_at: Date;
}

const columns =
  'id, runbook, agent, version, form, secret_name, filter, input, enabled, created_by, created_at, updated_at';

/** Makes a hook, enabled. @returns null where one of that id exists */
export async function createHook(db: Queryable, hook: NewHook): Promise<Hook | null> {
  const { rows } = await db.query<HookRow>(
    `INSERT INTO hooks (id, runbook, agent, version, form, secret_name, filter, input, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8::json, $9) ON CONFLICT DO NOTHING RETURNING ${columns}`,
    [
      hook.id,
      hook.runbook,
      hook.agent,
      hook.version,
      hook.form,
      hook.secretName,
      hook.filter,
      JSON.stringify(hook.input),
      hook.createdBy,
    ],
  );
  return rows[0] ? present(rows[0]) : null;
}

/** The hook of that id, or null. */
export async function findHook(db: Queryable, id: string): Promise<Hook | null> {
  const { rows } = await db.query<HookRow>(`SELECT ${columns} FROM hooks WHERE id = $1`, [id]);
  return rows[0] ? present(rows[0]) : null;
}

/**
 * Hooks, newest first, by pages.
 * @param limit most hooks of the page
 * @param cursor `next` of the page before; one that was never given out counts as none
 */
export async function listHooks(db: Queryable, limit: number, cursor?: string): Promise<HookPage> {
  const after = parseCursor(cursor, ['time', 'text']);
  const { rows } = await db.query<HookRow>(
    `SELECT ${columns} FROM hooks WHERE $1::timestamptz IS NULL OR (created_at, id) < ($1, $2::text)
     ORDER BY created_at DESC, id DESC LIMIT $3`,
    [after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  const hooks = rows.slice(0, limit).map(present);
  const last = hooks.at(-1);
  return { hooks, next: rows.length > limit && last ? formatCursor([last.createdAt, last.id]) : null };
}

/** Switches a hook on or off. @returns the hook as it is now, or null where there is none */
export async function updateHook(db: Queryable, id: string, change: { enabled: boolean }): Promise<Hook | null> {
  const { rows } = await db.query<HookRow>(
    `UPDATE hooks SET enabled = $2, updated_at = now() WHERE id = $1 RETURNING ${columns}`,
    [id, change.enabled],
  );
  return rows[0] ? present(rows[0]) : null;
}

/** Removes a hook and the list of its deliveries. @returns false where there was none */
export async function deleteHook(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM hooks WHERE id = $1', [id]);
  return rowCount === 1;
}

/**
 * Notes that a delivery was taken.
 * @param hookId of a hook that exists
 * @param deliveryId at most 200 characters
 * @returns false where it was noted before
 */
export async function noteDelivery(db: Queryable, hookId: string, deliveryId: string, runId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    // To the millisecond, as cursors hold it.
    `INSERT INTO hook_deliveries (hook_id, delivery_id, run_id, received_at)
     VALUES ($1, $2, $3, date_trunc('milliseconds', now())) ON CONFLICT DO NOTHING`,
    [hookId, deliveryId, runId],
  );
  return rowCount === 1;
}

/**
 * Deliveries of a hook, newest first, by pages.
 * @param limit most deliveries of the page
 * @param cursor `next` of the page before; one that was never given out counts as none
 */
export async function listDeliveries(
  db: Queryable,
  hookId: string,
  limit: number,
  cursor?: string,
): Promise<HookDeliveryPage> {
  const after = parseCursor(cursor, ['time', 'text']);
  const { rows } = await db.query<{ delivery_id: string; run_id: string; received_at: Date }>(
    `SELECT delivery_id, run_id, received_at FROM hook_deliveries
     WHERE hook_id = $1 AND ($2::timestamptz IS NULL OR (received_at, delivery_id) < ($2, $3::text))
     ORDER BY received_at DESC, delivery_id DESC LIMIT $4`,
    [hookId, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  const deliveries = rows.slice(0, limit).map(({ delivery_id, run_id, received_at }) => ({
    delivery: delivery_id,
    run: run_id,
    receivedAt: received_at.toISOString(),
  }));
  const last = deliveries.at(-1);
  return { deliveries, next: rows.length > limit && last ? formatCursor([last.receivedAt, last.delivery]) : null };
}

function present(row: HookRow): Hook {
  const { id, runbook, agent, version, form, filter, input, enabled } = row;
  return {
    id,
    runbook,
    agent,
    version,
    form,
    secretName: row.secret_name,
    filter,
    input,
    enabled,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
