import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import pino from 'pino';
import type { Pool } from 'pg';
import { hashOf } from '../../actors/core/hash-chain';
import type { CommandResult } from '../../actors/core/command';
import { eventName, type EventRecord } from '../../actors/core/event';
import type { LaunchRequest } from '../../actors/core/launch';
import type { RunState } from '../../actors/run/state';
import { describeActions } from '../../activities/actions/catalogue';
import { parseRunbook } from '../../api/runbook-source';
import { parseEncryptionKeys } from '../../infra/encryption-keys';
import { distDir } from '../../infra/paths';
import { RunLogs } from '../../infra/postgres/run-logs';
import { NatsPublisher } from '../../infra/nats/publisher';
import { RedisCheckpointStore } from '../../infra/redis/checkpoint-store';
import { createRedis } from '../../infra/redis/client';
import { migrate } from '../../projections/migrate';
import { readRunbook, saveRunbook } from '../../projections/queries/runbooks';
import { keptEvidenceKey } from '../../stack/evidence-key';
import { endsWithParent } from '../../stack/parent-death';
import { TemporalAgentHistory } from '../../temporal/agent-history';
import { TemporalAgents } from '../../temporal/agents';
import { connectTemporal } from '../../temporal/connection';
import { Delivery } from '../../temporal/delivery';
import { Launcher } from '../../temporal/launcher';
import { PolicyReader } from '../../temporal/policy';
import { until } from './api-client';
import { startTestServers, type TestServers } from './servers';
import { ownerPool } from './owner-pool';

/** A keeper of evidence of a lab. */
export interface KeeperProcess {
  /** What it has logged last. */
  output(): string;
  /** Sends it a signal and waits for its end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** All that runs need, without the API: real servers, a worker as a process that can be killed, and the launcher. */
export class RunLab {
  readonly home = mkdtempSync(join(tmpdir(), 'ymera-runs-'));
  private worker: ChildProcess | undefined;
  private exited: Promise<unknown> = Promise.resolve();
  private numbers = 0;
  client!: Client;
  agents!: TemporalAgents;
  launcher!: Launcher;
  pool!: Pool;
  logs!: RunLogs;
  private ends: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly servers: TestServers<'temporal' | 'nats' | 'redis' | 'postgres'>,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async open(env: NodeJS.ProcessEnv = {}): Promise<RunLab> {
    const servers = await startTestServers({ temporal: true, nats: true, redis: true, postgres: true });
    const lab = new RunLab(servers, { ...env });
    await migrate(servers.postgres.url);
    lab.connect();
    await lab.startWorker();
    return lab;
  }

  private connect(): void {
    const { servers } = this;
    const logger = pino({ level: 'silent' });
    const encryption = parseEncryptionKeys(this.env['YMERA_ENCRYPTION_KEY'] ?? '') ?? [];
    this.client = connectTemporal({ address: servers.temporal.url, namespace: 'default', encryption });
    const publisher = new NatsPublisher([servers.nats.url], { maxMessages: 100_000, maxAgeHours: 24 }, logger);
    const redis = createRedis(servers.redis.url, logger);
    const delivery = new Delivery(publisher, new RedisCheckpointStore(redis), () => undefined);
    this.agents = new TemporalAgents(this.client, 'ymera', delivery);
    this.pool = ownerPool(servers.postgres.url, 'on');
    this.pool.on('error', () => undefined);
    this.logs = new RunLogs(this.pool, logger);
    this.launcher = new Launcher({
      client: this.client,
      taskQueue: 'ymera',
      agents: this.agents,
      policy: new PolicyReader(this.agents),
      runbooks: { read: (name, version) => readRunbook(this.pool, name, version) },
    });
    this.ends = [
      () => publisher.close(),
      () => redis.quit(),
      () => this.pool.end(),
      () => this.client.connection.close(),
    ];
  }

  async startWorker(): Promise<void> {
    const { child, output } = await this.spawnRole('worker');
    this.worker = child;
    this.exited = once(child, 'exit');
    this.output = output;
  }

  /**
   * A worker of another build beside the first one; it ends with the lab.
   * @param dist folder of that build
   */
  async startOtherWorker(dist: string): Promise<ChildProcess> {
    const { child } = await this.spawnRole('worker', {}, dist);
    const exited = once(child, 'exit');
    this.ends.unshift(() => (child.kill('SIGKILL'), exited));
    return child;
  }

  /** For tests that look at the ledger; it ends with the lab. */
  async startProjector(): Promise<void> {
    const { child } = await this.spawnRole('projector');
    const exited = once(child, 'exit');
    this.ends.unshift(() => (child.kill('SIGKILL'), exited));
  }

  /**
   * For tests of evidence; it ends with the lab. Its key is the lab's own.
   * @param env other settings of the keeper
   */
  async startKeeper(env: NodeJS.ProcessEnv = {}): Promise<KeeperProcess> {
    const { child, output } = await this.spawnRole('evidence', {
      EVIDENCE_KEY_FILE: await keptEvidenceKey(this.home),
      ...env,
    });
    const exited = once(child, 'exit');
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      child.kill(signal);
      await exited;
    };
    this.ends.unshift(() => end('SIGKILL'));
    return { output, end };
  }

  /** Runs one of Ymera's processes on the lab's servers, and waits until it is ready. */
  private async spawnRole(
    role: 'worker' | 'projector' | 'evidence',
    env: NodeJS.ProcessEnv = {},
    dist = distDir,
  ): Promise<{ child: ChildProcess; output: () => string }> {
    const { temporal, nats, redis, postgres } = this.servers;
    const [command, ...args] = await endsWithParent([process.execPath, join(dist, `${role}.js`)], 'SIGKILL');
    const child = spawn(command, args, {
      env: {
        ...process.env,
        ENVIRONMENT: 'test',
        YMERA_HOME: this.home,
        TEMPORAL_ADDRESS: temporal.url,
        NATS_SERVERS: nats.url,
        REDIS_URL: redis.url,
        DATABASE_URL: postgres.url,
        ...this.env,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const hear = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-20_000);
    };
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', hear);
    let ended: number | null = null;
    child.once('close', (code) => (ended = code ?? -1));
    const isReady = (): boolean => {
      if (ended !== null) throw new Error(`the ${role} ended with ${ended}`);
      return output.includes('"msg":"ready"');
    };
    await until(isReady, `the ${role}`, 60_000).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${output}`);
    });
    return { child, output: () => output };
  }

  /** What the worker has logged last. */
  output: () => string = () => '';

  /** Kills the worker with SIGKILL. */
  async endWorker(): Promise<void> {
    this.worker?.kill('SIGKILL');
    await this.exited;
  }

  /** Kills the worker and starts another one. */
  async killWorker(): Promise<void> {
    await this.endWorker();
    await this.startWorker();
  }

  /** Goes on with another environment: a new worker, and new connections of the lab's own. */
  async restart(env: NodeJS.ProcessEnv): Promise<void> {
    Object.assign(this.env, env);
    await Promise.allSettled(this.ends.map((end) => end()));
    this.connect();
    await this.killWorker();
  }

  async saveRunbook(source: string): Promise<string> {
    const document = parseRunbook(source, describeActions());
    const hash = hashOf(document);
    await saveRunbook(this.pool, { name: document.name, document, source, hash, createdBy: 'test', reason: 'a test' });
    return document.name;
  }

  /** Begins a run. @returns its id */
  async launch(
    runbook: string,
    input: Record<string, unknown> = {},
    more: Partial<LaunchRequest> = {},
  ): Promise<string> {
    this.numbers += 1;
    const request = { id: `run-${process.pid}-${this.numbers}`, trigger: { type: 'api' as const }, principal: 'ada' };
    return (await this.launcher.launch({ ...request, runbook, input, ...more })).id;
  }

  async state(run: string): Promise<RunState> {
    return (await this.agents.view(run)).state as RunState;
  }

  /** Waits until a run has ended. @returns its state */
  async ended(run: string, limitMs = 60_000): Promise<RunState> {
    await this.reaches(run, ({ phase }) => phase === 'ended', 'its end', limitMs);
    return this.state(run);
  }

  async reaches(run: string, holds: (state: RunState) => boolean, what: string, limitMs = 60_000): Promise<void> {
    let last: RunState | undefined;
    let refused: unknown;
    const look = async (): Promise<boolean> => {
      // Whoever asks while workers are killed, or busy with 200 runs, may have to ask again.
      last = await this.state(run).catch((error: unknown) => {
        refused = error;
        return undefined;
      });
      return last !== undefined && holds(last);
    };
    await until(look, `run ${run}: ${what}`, limitMs).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${String(last ? JSON.stringify(last, null, 1) : refused)}\n${this.output()}`);
    });
  }

  /** Sends a run one command, as a person with these roles. */
  async command(
    run: string,
    type: string,
    data: object = {},
    { principal = 'bob', roles = ['operator'], reason }: { principal?: string; roles?: string[]; reason?: string } = {},
  ): Promise<CommandResult<EventRecord>> {
    this.numbers += 1;
    const envelope = { id: `c-${this.numbers}`, type, data, principal, roles, ...(reason ? { reason } : {}) };
    const [result] = await this.agents.send(run, [envelope]);
    if (!result) throw new Error('no result');
    return result;
  }

  /** All records of a run, from its own history. */
  async records(run: string): Promise<EventRecord[]> {
    const records: EventRecord[] = [];
    for await (const some of new TemporalAgentHistory(this.client).read(run, 1)) records.push(...some);
    return records;
  }

  async eventNames(run: string): Promise<string[]> {
    return (await this.records(run)).map(eventName);
  }

  async close(): Promise<void> {
    this.worker?.kill('SIGKILL');
    await this.exited;
    await Promise.allSettled(this.ends.map((end) => end()));
    await this.servers.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}
