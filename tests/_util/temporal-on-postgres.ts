import { mkdtemp, rm } from 'node:fs/promises';
import { chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../infra/paths';
import { run } from '../../stack/binaries/run';
import { freePort } from '../../stack/ports';
import { startPostgres } from '../../stack/servers/postgres';
import { assertListening, loopback, serverEnvironment, startServer } from '../../stack/servers/server';
import type { PreparedServer, ServerHandle } from '../../stack/servers/server';
import { until } from './api-client';

/** The programs of the production server. */
export interface TemporalPrograms {
  'temporal-server': string;
  'temporal-sql-tool': string;
}

/** Temporal's production server on a PostgreSQL server of its own, with a namespace `default`. */
export interface TemporalOnPostgres extends AsyncDisposable {
  /** `host:port` of its frontend. */
  address: string;
  pids: { temporal: number; postgres: number };
  /** Ends the server and starts it again on the same data. */
  restart(end: 'stop' | 'kill'): Promise<void>;
}

const databases = { temporal: 'temporal', temporal_visibility: 'visibility' };
const namespacesOf = (httpPort: number): string => `http://${loopback}:${httpPort}/api/v1/namespaces`;
const services = ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'] as const;

/**
 * Starts both, as docker-compose.yml does: the same variables, the same dynamic config, the same steps for the schema.
 * @throws Error or ProcessStartError with what was logged last; nothing is left running then
 */
export async function startTemporalOnPostgres(programs: TemporalPrograms): Promise<TemporalOnPostgres> {
  const home = await mkdtemp(join(tmpdir(), 'ymera-temporal-'));
  // PostgreSQL runs as another user when this process is root, and must be able to pass.
  chmodSync(home, 0o711);
  const postgres = await startPostgres({ dir: join(home, 'postgres'), logFile: join(home, 'postgres.log') });
  let temporal: ServerHandle | undefined;
  const end = async (): Promise<void> => {
    await temporal?.stop();
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  };
  try {
    await makeSchemas(programs['temporal-sql-tool'], new URL(postgres.url));
    const httpPort = await freePort();
    const logFile = join(home, 'temporal.log');
    const prepared = await prepare(programs['temporal-server'], new URL(postgres.url), httpPort, logFile);
    temporal = await startServer(prepared);
    await makeNamespace(httpPort);
    return {
      address: prepared.url,
      get pids() {
        return { temporal: temporal?.pid ?? NaN, postgres: postgres.pid };
      },
      restart: async (how) => {
        await temporal?.[how]();
        temporal = await startServer(prepared);
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function makeSchemas(tool: string, { hostname, port, username, password }: URL): Promise<void> {
  const env = { ...serverEnvironment(), SQL_PASSWORD: password };
  for (const [database, schema] of Object.entries(databases)) {
    const at = ['--plugin', 'postgres12', '--endpoint', hostname, '--port', port, '--user', username];
    const call = (...args: string[]): Promise<string> =>
      run(tool, [...at, '--database', database, ...args], { env, timeoutMs: 120_000 });
    await call('create-database', '--defaultdb', 'postgres');
    await call('setup-schema', '--version', '0.0');
    await call('update-schema', '--schema-name', `postgresql/v12/${schema}`);
  }
}

async function prepare(command: string, postgres: URL, httpPort: number, logFile: string): Promise<PreparedServer> {
  const port = await freePort();
  const env: NodeJS.ProcessEnv = {
    ...serverEnvironment(),
    DB: 'postgres12',
    DB_PORT: postgres.port,
    POSTGRES_SEEDS: postgres.hostname,
    POSTGRES_USER: postgres.username,
    POSTGRES_PWD: postgres.password,
    BIND_ON_IP: loopback,
    TEMPORAL_BROADCAST_ADDRESS: loopback,
    NUM_HISTORY_SHARDS: '8',
    LOG_LEVEL: 'warn',
    DYNAMIC_CONFIG_FILE_PATH: join(projectRoot, 'deploy/docker/temporal-dynamic-config.yaml'),
    FRONTEND_HTTP_PORT: String(httpPort),
  };
  for (const service of services) {
    env[`${service}_GRPC_PORT`] = String(service === 'FRONTEND' ? port : await freePort());
    env[`${service}_MEMBERSHIP_PORT`] = String(await freePort());
  }
  return {
    role: 'temporal',
    port,
    url: `${loopback}:${port}`,
    spec: {
      role: 'temporal',
      command,
      args: ['--allow-no-auth', 'start'],
      env,
      logFile,
      stopSignal: 'SIGTERM',
      stopGraceMs: 15_000,
      readyWithinMs: 120_000,
      probe: () => answers(port, httpPort),
    },
  };
}

async function answers(port: number, httpPort: number): Promise<void> {
  await assertListening(port);
  const response = await fetch(namespacesOf(httpPort), { signal: AbortSignal.timeout(3_000) });
  if (!response.ok) throw new Error(`the list of namespaces: HTTP ${response.status}`);
}

/** Resolves when workflows of it can be asked for. */
async function makeNamespace(httpPort: number): Promise<void> {
  const url = namespacesOf(httpPort);
  const body = JSON.stringify({ namespace: 'default', workflowExecutionRetentionPeriod: `${30 * 24 * 3600}s` });
  const made = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (!made.ok) throw new Error(`the namespace: HTTP ${made.status} ${await made.text()}`);
  // Each part of the server learns of it when it looks again.
  await until(async () => (await fetch(`${url}/default/workflows`)).ok, 'the namespace');
}
