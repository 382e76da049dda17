import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { distDir, projectRoot } from '../infra/paths';

/** Any number that all of Ymera's processes agree on. */
const lockId = 7_941_303;
const lockTimeoutMs = 60_000;

/**
 * Brings the database to the newest schema. Safe to call from several processes at once: the others wait.
 * @throws the error of the connection or of the migration; a failed migration leaves nothing behind
 */
export async function migrate(databaseUrl: string): Promise<void> {
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
    const silent = (): void => undefined;
    await runner({
      dbClient: client,
      dir: migrationsDir(),
      direction: 'up',
      migrationsTable: 'migrations',
      checkOrder: true,
      noLock: true,
      logger: { info: silent, warn: silent, error: silent },
    });
  } finally {
    await client.end();
  }
}

function migrationsDir(): string {
  const bundled = join(distDir, 'migrations');
  return __dirname.startsWith(distDir) && existsSync(bundled)
    ? bundled
    : join(projectRoot, 'projections', 'migrations');
}
