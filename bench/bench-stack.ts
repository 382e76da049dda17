import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { hashOf } from '../actors/core/hash-chain';
import { describeActions } from '../activities/actions/catalogue';
import { parseRunbook } from '../api/runbook-source';
import { parseEncryptionKeys } from '../infra/encryption-keys';
import { createLogger } from '../infra/logger';
import { NatsPublisher } from '../infra/nats/publisher';
import { distDir } from '../infra/paths';
import { createPool } from '../infra/postgres/pool';
import { RedisCheckpointStore } from '../infra/redis/checkpoint-store';
import { createRedis } from '../infra/redis/client';
import { readRunbook, saveRunbook } from '../projections/queries/runbooks';
import { TemporalAgents } from '../temporal/agents';
import { connectTemporal } from '../temporal/connection';
import { Delivery } from '../temporal/delivery';
import { Launcher } from '../temporal/launcher';
import { PolicyReader } from '../temporal/policy';
import { nodeOptions } from '../stack/roles';
import { spawnStack } from '../stack/spawn-stack';
import type { Role, StackFile } from '../stack/stack-file';

/** A whole stack of the bench's own, the bare worker on the same Temporal, and the ways to talk to both. */
export interface BenchStack extends AsyncDisposable {
  client: Client;
  /** A client as the SDK makes it, for what Ymera is compared with. */
  bareClient: Client;
  agents: TemporalAgents;
  launcher: Launcher;
  /** What the stack tells of itself at this moment. */
  file(): StackFile;
  /** The folder that it keeps its data in. */
  home: string;
  /** An access token of its admin. */
  token: string;
  /** Keeps a runbook of this text. */
  saveRunbook(source: string): Promise<void>;
  /** Sends one command over HTTP and fails unless it was accepted. */
  command(agentId: string, type: string, data: unknown): Promise<void>;
  /** Posts to a path below `/api/v1` and fails unless it was done. @returns the answer's text */
  post(path: string, body: object): Promise<string>;
  /** Makes a flags agent past the API, so that a checkpoint interval out of its bounds can be measured. */
  makeAgent(id: string, checkpointInterval: number): Promise<void>;
  pid(role: Role): number;
  /** Where each process tells of itself. */
  metrics: StackFile['metrics'];
  /** One more worker of Ymera, once it polls. Whoever starts it ends it. */
  startWorker(): Promise<ChildProcess>;
}

/**
 * @param encryptionKey as `YMERA_ENCRYPTION_KEY` has it; off without one
 * @param settings others than the defaults
 */
export async function startBenchStack(encryptionKey = '', settings: NodeJS.ProcessEnv = {}): Promise<BenchStack> {
  const home = await mkdtemp(join(tmpdir(), 'ymera-bench-'));
  // Counted like everybody's requests, but never too many.
  const limits = { RATE_LIMIT_PRINCIPAL_PER_MINUTE: '10000000' };
  const own = { YMERA_HOME: home, PORT: '0', LOG_LEVEL: 'warn', TOKEN_TTL_SECONDS: '86400', ...limits };
  const env: NodeJS.ProcessEnv = { ...process.env, ...settings, ...own, YMERA_ENCRYPTION_KEY: encryptionKey };
  const stack = await spawnStack(env);
  const read = (): Partial<StackFile> => {
    const file = join(home, 'stack.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<StackFile>) : {};
  };
  while (!read().api) {
    if (stack.exitCode !== null) throw new Error('the stack did not start');
    await delay(100);
  }
  const { api, temporal, nats, redis, postgres, metrics, credentials } = read() as StackFile;
  const bare = await startBareWorker(temporal.address);
  const bareClient = new Client({ connection: await Connection.connect({ address: temporal.address }) });
  const client = connectTemporal({ ...temporal, encryption: parseEncryptionKeys(encryptionKey) ?? [] });
  const logger = createLogger('bench', 'warn');
  const publisher = new NatsPublisher([nats], { maxMessages: 100_000, maxAgeHours: 24 }, logger);
  const mirror = createRedis(redis, logger);
  const delivery = new Delivery(publisher, new RedisCheckpointStore(mirror), (err) => logger.warn({ err }));
  const taskTimeoutMs = Number(env['AGENT_TASK_TIMEOUT_MS']) || undefined;
  const agents = new TemporalAgents(client, 'ymera', delivery, undefined, taskTimeoutMs);
  const token = await login(api, credentials);
  const pool = createPool(postgres, logger);
  const runbooks = { read: (name: string, version?: number) => readRunbook(pool, name, version) };
  const launcher = new Launcher({ client, taskQueue: 'ymera', agents, policy: new PolicyReader(agents), runbooks });
  return {
    client,
    bareClient,
    agents,
    launcher,
    file: () => read() as StackFile,
    home,
    token,
    saveRunbook: async (source) => {
      const document = parseRunbook(source, describeActions());
      const kept = { name: document.name, document, source, hash: hashOf(document), createdBy: 'bench' };
      await saveRunbook(pool, kept);
    },
    command: async (agentId, type, data) => {
      await post(`${api}/api/v1/agents/${agentId}/commands`, token, { type, data });
    },
    post: (path, body) => post(`${api}/api/v1/${path}`, token, body),
    makeAgent: async (id, checkpoint_interval) => {
      const config = { checkpoint_interval, log_level: 'info', max_flags: 500 };
      await agents.create({ kind: 'flags', id, name: id, config, command: { id: 'create', principal: 'bench' } });
    },
    pid: (role) => (read() as StackFile).pids[role] ?? NaN,
    metrics,
    startWorker: () => {
      const { address, namespace } = temporal;
      const servers = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, NATS_SERVERS: nats };
      return startWorker({ ...env, ...servers, REDIS_URL: redis, DATABASE_URL: postgres, LOG_LEVEL: 'info' });
    },
    [Symbol.asyncDispose]: async () => {
      bare.disconnect();
      await Promise.all([
        client.connection.close(),
        bareClient.connection.close(),
        publisher.close(),
        mirror.quit(),
        pool.end(),
      ]);
      stack.kill('SIGTERM');
      await once(stack, 'exit');
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** It lets go of a connection that nobody uses before the API does: else a request may go out on one that is just being closed. */
const keepAlive = new Agent({ keepAlive: true, maxSockets: 256, timeout: 2_000 });

/** A plain request: `fetch` would cost this machine more than the server's part does. */
function post(url: string, token: string, body: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const outgoing = request(url, { method: 'POST', agent: keepAlive, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('end', () => {
        if (response.statusCode === 200 || response.statusCode === 201) resolve(text);
        else reject(new Error(`${url} answered ${response.statusCode}`));
      });
    });
    outgoing.once('error', reject);
    outgoing.end(JSON.stringify(body));
  });
}

async function startWorker(env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = fork(join(distDir, 'worker.js'), {
    env,
    execArgv: nodeOptions,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (text: Buffer) => {
      if (text.includes('"msg":"ready"')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the second worker ended with ${code}`)));
  });
  return child;
}

async function startBareWorker(address: string): Promise<ChildProcess> {
  const child = fork(join(distDir, 'bench/bare-worker.js'), { env: { ...process.env, TEMPORAL_ADDRESS: address } });
  await once(child, 'message');
  return child;
}

async function login(api: string, credentials: StackFile['credentials']): Promise<string> {
  const response = await fetch(`${api}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  });
  const { access_token } = (await response.json()) as { access_token: string };
  return access_token;
}
