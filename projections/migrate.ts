import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { distDir, projectRoot } from '../infra/paths';
import { grantRights } from './grants';

/** Any number that all of Ymera's processes agree on. */
const lockId = 7_941_303;
const lockTimeoutMs = 60_000;

/**
 * Brings the database to the newest schema, and gives Ymera's role its rights. Safe to call from several processes at once:
 * the others wait. A user that does not own the tables only looks whether somebody who does has done it.
 * @param count only so many of them, where not all are wanted: the oldest
 * @throws the error of the connection or of the migration (a failed migration leaves nothing behind), or MigrationsMissingError
 */
export async function migrate(databaseUrl: string, count = Infinity): Promise<void> {
  // ESM only, so a static import would not load where this code runs as CommonJS.
  const { runner } = await import('node-pg-migrate');
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 5_000,
    statement_timeout: lockTimeoutMs,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    // The runner's own lock fails where another holds it; this one waits.
    await client.query('SELECT pg_advisory_lock($1)', [lockId]);
    if (await isOthers(client)) return await assertMigrated(client);
    const silent = (): void => undefined;
    await runner({
      dbClient: client,
      dir: migrationsDir(),
      direction: 'up',
      migrationsTable: 'migrations',
      checkOrder: true,
      count,
      noLock: true,
      logger: { info: silent, warn: silent, error: silent },
    });
    await grantRights(client);
  } finally {
    await client.end();
  }
}

/** The newest schema is not there, and this user may not make it. */
export class MigrationsMissingError extends Error {
  readonly code = 'migrations_missing';
  constructor(names: string[]) {
    super(`the database lacks ${names.join(', ')}, and this user does not own its tables: migrate as their owner`);
  }
}

/** Whether there is a schema that this user does not own. */
async function isOthers(client: Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_class WHERE oid = to_regclass('migrations') AND NOT pg_has_role(relowner, 'USAGE')`,
  );
  return rowCount === 1;
}

async function assertMigrated(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations');
  const done = new Set(rows.map(({ name }) => name));
  const missing = migrationNames().filter((name) => !done.has(name));
  if (missing.length > 0) throw new MigrationsMissingError(missing);
}

/** All that this release has, in their order. */
export function migrationNames(): string[] {
  return readdirSync(migrationsDir())
    .map((file) => file.replace(/\.sql$/, ''))
    .sort();
}

function migrationsDir(): string {
  const bundled = join(distDir, 'migrations');
  return __dirname.startsWith(distDir) && existsSync(bundled)
    ? bundled
    : join(projectRoot, 'projections', 'migrations');
}
