import type { Client } from '@temporalio/client';
import { Client as PgClient } from 'pg';
import { migrate, migrationNames } from '../projections/migrate';
import { writeHistory } from '../projections/queries/evidence-histories';
import { runningWorkflows } from '../temporal/running-workflows';
import { TemporalSchedules } from '../temporal/schedules';
import { readBackup } from './backup-file';
import type { BackedUpWorkflow, BackupHead } from './backup-line';
import { RefusedError } from './command';
import { TableLoader } from './tables';

export interface Destination {
  client: Client;
  taskQueue: string;
  databaseUrl: string;
}

/**
 * Refuses what is not empty: a restore never mixes two installations.
 * @throws RefusedError, or the error of Postgres or of Temporal
 */
export async function assertEmpty({ client, databaseUrl }: Destination): Promise<void> {
  const database = await connected(databaseUrl);
  try {
    const { rowCount } = await database.query(
      `SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')`,
    );
    if (rowCount !== 0) throw new RefusedError('the database is not empty: a backup is restored into an empty one');
  } finally {
    await database.end();
  }
  for await (const { workflowId } of runningWorkflows(client, [
    'agent',
    'run',
    'watch',
    'measure',
    'follow',
    'alerts',
  ])) {
    throw new RefusedError(`Temporal is not empty: it has ${workflowId}, among others`);
  }
}

/** @throws RefusedError where the backup has what this release does not know */
export function assertKnown({ migrations, version }: BackupHead): void {
  const known = new Set(migrationNames());
  const unknown = migrations.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new RefusedError(`the backup was made by release ${version}, which has ${unknown}: this one is older`);
}

/**
 * Fills the database in one transaction, begins the workflows again, and only then commits: a restore that fails leaves nothing in
 * the database, and what it has begun in Temporal is to be thrown away with it.
 * @returns how many workflows and schedules were begun
 * @throws the error of the file, of Postgres or of Temporal
 */
export async function restoreBackup(
  { client, taskQueue, databaseUrl }: Destination,
  file: string,
  passphrase: string | undefined,
  { migrations }: BackupHead,
): Promise<{ workflows: number; schedules: number }> {
  // As it was when it was backed up: later migrations meet the rows, as they would have there.
  await migrate(databaseUrl, migrations.length);
  const database = await connected(databaseUrl);
  const counts = { workflows: 0, schedules: 0 };
  const schedules = new TemporalSchedules(client, taskQueue);
  try {
    await database.query('BEGIN');
    const loader = new TableLoader(database);
    for await (const line of readBackup(file, passphrase)) {
      if (line.type === 'table') await loader.begin(line);
      else if (line.type === 'rows') await loader.write(line.copy);
      else await loader.finish();
      if (line.type === 'history') await writeHistory(database, line.history, Buffer.from(line.bytes, 'base64'));
      if (line.type === 'workflow') counts.workflows += await begin(client, taskQueue, line);
      if (line.type === 'schedule') counts.schedules += await schedules.create(line.schedule).then(() => 1);
      if (line.type === 'end') assertSame(loader.rows, line.rows);
    }
    await endWhatIsGone(database);
    await database.query('COMMIT');
  } finally {
    await database.end();
  }
  await migrate(databaseUrl);
  return counts;
}

async function begin(client: Client, taskQueue: string, { workflow, workflowId, input }: BackedUpWorkflow): Promise<1> {
  const isAgent = workflow === 'agent' || workflow === 'run';
  await client.workflow.start(workflow, {
    workflowId,
    taskQueue,
    args: [input],
    ...(isAgent ? { workflowTaskTimeout: '2s', workflowIdReusePolicy: 'REJECT_DUPLICATE' } : {}),
  });
  return 1;
}

function assertSame(found: Record<string, number>, told: Record<string, number>): void {
  const table = Object.keys(told).find((name) => found[name] !== told[name]);
  if (table !== undefined) throw new Error(`the file holds ${found[table]} rows of ${table} of ${told[table]}`);
}

/** Jobs whose workflows are not part of a backup. */
async function endWhatIsGone(database: PgClient): Promise<void> {
  await database.query(
    `UPDATE verifications SET state = 'failed', error = 'it was under way when the backup was made', ended_at = now()
     WHERE ended_at IS NULL`,
  );
}

async function connected(connectionString: string): Promise<PgClient> {
  const client = new PgClient({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
