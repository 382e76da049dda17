import type { Client } from '@temporalio/client';
import type { Client as PgClient } from 'pg';
import { version } from '../package.json';
import { unfinishedAgents } from '../projections/queries/evidence-archive';
import { TemporalAgentHistory } from '../temporal/agent-history';
import { isNotFound } from '../temporal/grpc-status';
import { TemporalSchedules } from '../temporal/schedules';
import type { BackupEnd, BackupHead, BackupLine, Keys } from './backup-line';
import { RefusedError } from './command';
import { allSchedules } from './schedules';
import { rowsOf, tablesOf } from './tables';
import { companions, openAgents, takeAgent } from './take-agents';

const pageSize = 500;

export interface Source {
  client: Client;
  taskQueue: string;
  /** For this backup alone. */
  database: PgClient;
  /** Null where they are not wanted. */
  keys: Keys | null;
}

/** What a backup holds, as far as it has come. */
export interface Summary extends Omit<BackupEnd, 'type'> {
  /** Why something is not in it, one line each. */
  left: string[];
}

/**
 * A whole installation, line by line, while it runs. The database is read as it stood at one moment; agents are read after that, so
 * each of them is as far as the ledger or further, and takes with it what the ledger lacks.
 * @param summary filled on the way
 * @throws the error of Postgres or of Temporal, AgentNotTaken, RefusedError where there is no installation
 */
export async function* takeBackup(source: Source, summary: Summary): AsyncGenerator<BackupLine> {
  const { client, database, keys } = source;
  await database.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  yield await headOf(database);
  if (keys !== null) yield { type: 'keys', keys };
  for (const table of await tablesOf(database)) summary.rows[table.table] = yield* rowsOf(database, table);
  for (const agentId of await agentsToTake(client, database)) {
    try {
      for await (const line of takeAgent(
        { client, history: new TemporalAgentHistory(client), snapshot: database },
        agentId,
      )) {
        if (line.type === 'history') summary.histories += 1;
        else summary.workflows += 1;
        yield line;
      }
    } catch (error) {
      if (!isNotFound(error)) throw error;
      summary.left.push(`agent ${agentId} is in the ledger, and Temporal knows nothing of it any more`);
    }
  }
  for await (const line of companions(client)) {
    summary.workflows += 1;
    yield line;
  }
  for await (const schedule of allSchedules(new TemporalSchedules(client, source.taskQueue))) {
    summary.schedules += 1;
    yield { type: 'schedule', schedule };
  }
  await database.query('COMMIT');
  const { rows, histories, workflows, schedules } = summary;
  yield { type: 'end', rows, histories, workflows, schedules };
}

async function headOf(database: PgClient): Promise<BackupHead> {
  const { rows: found } = await database.query<{ there: boolean }>(
    `SELECT to_regclass('installation') IS NOT NULL AS there`,
  );
  if (!found[0]?.there)
    throw new RefusedError('the database holds no installation of this release: nothing to back up');
  const { rows } = await database.query<{ id: string; at: Date; migrations: string[] }>(
    'SELECT id, now() AS at, (SELECT array_agg(name::text ORDER BY id) FROM migrations) AS migrations FROM installation',
  );
  const [{ id, at, migrations } = { id: '', at: new Date(0), migrations: [] }] = rows;
  return { type: 'ymera-backup', format: 1, version, takenAt: at.toISOString(), installation: id, migrations };
}

/** Those that live, and those that have ended whose last history the archive does not have yet. */
async function agentsToTake(client: Client, database: PgClient): Promise<Set<string>> {
  const ids = new Set(await openAgents(client));
  let after: string | undefined = '';
  do {
    const page: string[] = await unfinishedAgents(database, after, pageSize);
    for (const id of page) ids.add(id);
    after = page.at(-1);
  } while (after !== undefined);
  return ids;
}
