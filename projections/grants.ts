import type { ClientBase } from 'pg';
import { appRole } from '../infra/postgres/pool';

/** What Ymera's role may do with tables that only grow, or are told it; with all others everything but change their form. */
const restricted: Record<string, string> = {
  migrations: 'SELECT',
  installation: 'SELECT',
  events: `SELECT, INSERT (agent_id, sequence, record, type, messagetype, time, principal, commandid, hash, position), UPDATE (position)`,
  event_keys: 'SELECT',
  runbooks: 'SELECT, INSERT',
  evidence_keys: 'SELECT, INSERT, UPDATE (retired_at)',
  checkpoints: 'SELECT, INSERT',
  checkpoint_heads: 'SELECT, INSERT',
  // Where the check of a chain begins.
  signed_heads: 'SELECT, INSERT, UPDATE',
  workflow_bundles: 'SELECT, INSERT',
  // The history of a run that was open is taken again when it has closed.
  raw_histories: 'SELECT, INSERT, UPDATE',
  tombstones: 'SELECT, INSERT',
  time_series: 'SELECT',
  web_vitals: 'SELECT, INSERT',
  metric_samples: 'SELECT, INSERT',
  legal_holds: 'SELECT, INSERT, UPDATE (released_by, released_at, release_reason)',
};

/** Done with its owner's rights, each checking for itself what is asked of it. */
const functions = [
  'make_event_partitions(timestamptz[])',
  'expire_records(text, bigint, bigint)',
  'keep_series(text, integer)',
];

/**
 * Makes Ymera's role where this user may, and gives it its rights. Whoever does not own the tables changes nothing.
 * @throws the error of the connection
 */
export async function grantRights(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace
     AND relkind IN ('r', 'p') AND NOT relispartition AND pg_has_role(relowner, 'USAGE')`,
  );
  const tables = rows.map(({ name }) => name);
  if (!tables.includes('events') || !(await ensureRole(client))) return;
  const { rows: schemas } = await client.query<{ name: string }>('SELECT quote_ident(current_schema()) AS name');
  const schema = schemas[0]?.name ?? 'public';
  // As one, so that no connection meets a moment without rights.
  await client.query(
    [
      'BEGIN',
      `GRANT USAGE ON SCHEMA ${schema} TO ${appRole}`,
      `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${appRole}`,
      ...tables.flatMap((name) => [
        `REVOKE ALL ON ${client.escapeIdentifier(name)} FROM ${appRole}`,
        `GRANT ${restricted[name] ?? 'SELECT, INSERT, UPDATE, DELETE'} ON ${client.escapeIdentifier(name)} TO ${appRole}`,
      ]),
      ...functions.map((name) => `GRANT EXECUTE ON FUNCTION ${name} TO ${appRole}`),
      'COMMIT',
    ].join(';\n'),
  );
}

/** @returns whether this user may work under the role */
async function ensureRole(client: ClientBase): Promise<boolean> {
  try {
    // Roles belong to all databases of a server: another one may make it at this moment.
    await client.query(`DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${appRole}') THEN CREATE ROLE ${appRole} NOLOGIN; END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$`);
    await client.query(`GRANT ${appRole} TO CURRENT_USER`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '42501') throw error;
  }
  const { rowCount } = await client.query(`SELECT FROM pg_roles WHERE rolname = $1 AND pg_has_role(oid, 'MEMBER')`, [
    appRole,
  ]);
  return rowCount === 1;
}
