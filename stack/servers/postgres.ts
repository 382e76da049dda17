import { chown, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinary } from '../binaries/find';
import { run } from '../binaries/run';
import { exists, keptSecret, writePrivate } from '../files';
import { freePort } from '../ports';
import {
  assertListening,
  loopback,
  serverEnvironment,
  startServer,
  type PreparedServer,
  type ServerHandle,
  type ServerOptions,
} from './server';
import { folderFor, unprivilegedUser, type RunAs } from './unprivileged';

const user = 'ymera';
const database = 'ymera';

/**
 * Prepares a PostgreSQL server with a database `ymera`: its data folder is made by `initdb` on first use, with a generated
 * password. When this process is root, both run as another user, see `unprivilegedUser` and `folderFor`.
 * @param options `binary` is the folder of PostgreSQL's programs.
 * @throws BinaryMissingError, or Error with the last line of `initdb`.
 */
export async function preparePostgres(options: ServerOptions): Promise<PreparedServer> {
  const { logFile } = options;
  const bin = options.binary ?? (await findBinary('postgres'));
  const runAs = await unprivilegedUser();
  const folder = await folderFor(runAs, options.dir);
  const password = await keptSecret(join(options.dir, 'password'), 24);
  const data = join(folder, 'data');
  if (!(await exists(data))) await initialise(bin, data, password, runAs);
  const port = options.port ?? (await freePort());
  const settings = { port, listen_addresses: loopback, unix_socket_directories: '', shared_buffers: '128MB' };
  const url = `postgres://${user}:${password}@${loopback}:${port}`;
  return {
    role: 'postgres',
    port,
    url: `${url}/${database}`,
    spec: {
      role: 'postgres',
      command: join(bin, 'postgres'),
      args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      env: serverEnvironment(),
      cwd: folder,
      ...runAs,
      logFile,
      // SIGTERM would wait for its clients to leave.
      stopSignal: 'SIGINT',
      stopGraceMs: 15_000,
      readyWithinMs: 60_000,
      probe: () => databaseIsReady(port, `${url}/postgres`),
    },
  };
}

/** Prepares and starts it. */
export async function startPostgres(options: ServerOptions): Promise<ServerHandle> {
  return startServer(await preparePostgres(options));
}

/** Fills a neighbour first, so that an interrupted `initdb` never leaves a folder that looks complete. */
async function initialise(bin: string, data: string, password: string, runAs: RunAs): Promise<void> {
  const unfinished = `${data}.new`;
  const passwordFile = `${data}.password`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writePrivate(passwordFile, password);
  if (runAs.uid !== undefined) {
    await chown(unfinished, runAs.uid, runAs.gid ?? runAs.uid);
    await chown(passwordFile, runAs.uid, runAs.gid ?? runAs.uid);
  }
  const args = ['-D', unfinished, '-U', user, '--pwfile', passwordFile, '--auth=scram-sha-256'];
  args.push('--encoding=UTF8', '--locale=C');
  try {
    await run(join(bin, 'initdb'), args, { ...runAs, cwd: unfinished, timeoutMs: 120_000 });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, data);
}

async function databaseIsReady(port: number, url: string): Promise<void> {
  await assertListening(port);
  const { Client } = await import('pg');
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end();
  }
}
