import { Pool, type ClientBase } from 'pg';
import type { Logger } from '../logger';

/** How long a caller waits for a connection, and how long one statement may take, both in ms. */
const connectTimeoutMs = 3_000;
const statementTimeoutMs = 15_000;

/** The role that Ymera works under: it may add to the ledger, and neither change nor remove anything of it. */
export const appRole = 'ymera_app';

/**
 * A pool of connections to Postgres, under the role `appRole` where the database has it. It connects when first used; a
 * connection that breaks while idle is dropped and logged once per outage, and the next query makes a new one.
 * @param max most connections
 */
export function createPool(url: string, logger: Logger, max = 10): Pool {
  const pool = new Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeoutMs,
    // The server can't tell a client whose host is gone; this is the client's own limit, a little above the server's.
    query_timeout: statementTimeoutMs + 2_000,
    keepAlive: true,
    // Awaited before the connection is handed out.
    verify: (client, done) => void assumeRole(client).then(() => done(), done),
  });
  let down = false;
  pool.on('error', (error) => {
    if (!down) logger.warn({ err: error }, 'postgres: connection lost');
    down = true;
  });
  pool.on('connect', () => {
    if (down) logger.info('postgres: connected again');
    down = false;
  });
  return pool;
}

/** Whoever may be the role is it from now on; where a database has none, its own rights are what it works with. */
async function assumeRole(client: ClientBase): Promise<void> {
  await client.query(
    `SELECT set_config('role', rolname, false) FROM pg_roles WHERE rolname = $1 AND pg_has_role(oid, 'MEMBER')`,
    [appRole],
  );
}

const outageClasses = new Set(['08', '53', '57', '58']);

/**
 * Whether a failed query says something of the server or the connection rather than of what was asked, so that the same
 * query can succeed later. Deadlocks and serialisation failures count too.
 */
export function isTransient(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  // pg's own errors (timeouts, "Connection terminated") have no SQLSTATE; those of the socket are ECONN… and the like.
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return true;
  return outageClasses.has(code.slice(0, 2)) || code.startsWith('40');
}
