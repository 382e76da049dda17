import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { redisAddress, type Environment } from '../infra/config';
import { migrate } from '../projections/migrate';
import { choosePorts, type Addresses, type Ports } from './addresses';
import { ensureAdmin } from './admin';
import { exists, keptSecret } from './files';
import { endLeftovers } from './leftovers';
import { lockHome } from './lock';
import { processSpecs } from './roles';
import { prepareNats } from './servers/nats';
import { preparePostgres } from './servers/postgres';
import { prepareRedis } from './servers/redis';
import type { PreparedServer } from './servers/server';
import { prepareTemporal } from './servers/temporal';
import { readCredentials, reduceToCredentials, writeStackFile, type Credentials, type StackFile } from './stack-file';
import { Supervisor } from './supervisor';

/** What a stack tells while it works, one line each. */
export interface Voice {
  /** What it is doing now. */
  step(line: string): void;
  /** Something that happened. */
  say(line: string): void;
}

/** One embedded stack in one home: the servers, the worker, the projector and the API. */
export class Stack {
  readonly #supervisor: Supervisor;
  #file: StackFile | undefined;
  #credentials: Credentials | null = null;
  #unlock: (() => Promise<void>) | undefined;
  #starting: Promise<unknown> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();

  /** @param home absolute path. */
  constructor(
    private readonly home: string,
    private readonly env: Environment,
    private readonly voice: Voice,
  ) {
    this.#supervisor = new Supervisor(home, { say: (line) => voice.say(line), changed: () => this.#pidsChanged() });
  }

  /**
   * Starts everything and publishes `stack.json`.
   * @throws HomeBusyError, PortTakenError, BinaryMissingError, ProcessStartError, StoppedError: each a clear message.
   */
  start(): Promise<StackFile> {
    const starting = this.#start();
    this.#starting = starting.catch(() => undefined);
    return starting;
  }

  /** Ends everything in order. May be called while `start` is under way. */
  async stop(): Promise<void> {
    await this.#supervisor.stop();
    // A start under way sees at its next step that it has to give up; what it had just begun is ended here.
    await Promise.race([this.#starting, new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
    await this.#supervisor.stop();
    if (this.#unlock === undefined) return;
    this.#file = undefined;
    await this.#writing;
    await reduceToCredentials(this.home, this.#credentials);
    await this.#unlock();
  }

  /** Shortens a stop that is under way. */
  hurry(): void {
    this.#supervisor.hurry();
  }

  async #start(): Promise<StackFile> {
    await makeHome(this.home);
    this.#unlock = await lockHome(this.home);
    await endLeftovers(this.home);
    this.#credentials = await readCredentials(this.home);
    await reduceToCredentials(this.home, this.#credentials);
    const [ports, secretKey] = await Promise.all([
      choosePorts(this.home, this.env),
      this.env.SECRET_KEY ?? keptSecret(join(this.home, 'secret-key'), 32),
    ]);

    this.voice.step('starting the servers');
    const { servers, ui } = await this.#startServers(ports);

    this.voice.step('starting the worker, the projector and the API');
    const specs = processSpecs({ env: this.env, home: this.home, apiPort: ports.api, secretKey, servers });
    const roles = ['worker', 'projector', 'api'] as const;
    await allOrFirstError(roles.map((role) => this.#supervisor.start(role, specs[role])));
    return this.#publish(ports, servers, ui);
  }

  async #startServers(ports: Ports): Promise<{ servers: Addresses; ui: string | null }> {
    const { env } = this;
    const at = (role: string): { dir: string; logFile: string } => ({
      dir: join(this.home, role),
      logFile: join(this.home, 'logs', `${role}.log`),
    });
    const namespace = env.TEMPORAL_NAMESPACE;
    let ui: string | null = null;
    const temporal = async (): Promise<PreparedServer> => {
      const server = await prepareTemporal({
        ...at('temporal'),
        port: ports.temporal,
        uiPort: ports.temporalUi,
        namespace,
      });
      ui = server.ui;
      return server;
    };
    const [temporalAddress, natsUrl, redisUrl, postgresUrl] = await allOrFirstError([
      env.TEMPORAL_ADDRESS ?? this.#startServer(temporal),
      env.NATS_SERVERS ?? this.#startServer(() => prepareNats({ ...at('nats'), port: ports.nats })),
      redisAddress(env) ?? this.#startServer(() => prepareRedis({ ...at('redis'), port: ports.redis })),
      this.#database(() => preparePostgres({ ...at('postgres'), port: ports.postgres })),
    ]);
    return { servers: { temporal: temporalAddress, nats: natsUrl, redis: redisUrl, postgres: postgresUrl }, ui };
  }

  async #startServer(prepare: () => Promise<PreparedServer>): Promise<string> {
    const server = await prepare();
    await this.#supervisor.start(server.role, server.spec);
    return server.url;
  }

  async #database(prepare: () => Promise<PreparedServer>): Promise<string> {
    const url = this.env.DATABASE_URL ?? (await this.#startServer(prepare));
    await migrate(url);
    this.#credentials = await ensureAdmin(url, this.#credentials);
    // Kept at once: a start that fails later must not leave a password that nobody knows.
    await reduceToCredentials(this.home, this.#credentials);
    return url;
  }

  async #publish(ports: Ports, servers: Addresses, ui: string | null): Promise<StackFile> {
    const host = this.env.HOST.includes(':') ? `[${this.env.HOST}]` : this.env.HOST;
    const authority = `${host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host}:${ports.api}`;
    const none = { temporal: null, nats: null, redis: null, postgres: null, worker: null, projector: null, api: null };
    this.#file = {
      api: `http://${authority}`,
      ws: `ws://${authority}/ws`,
      console: `http://${authority}/`,
      temporal: { address: servers.temporal, namespace: this.env.TEMPORAL_NAMESPACE, ui },
      nats: servers.nats,
      redis: servers.redis,
      postgres: servers.postgres,
      credentials: this.#credentials as Credentials,
      pids: { ...none, ...this.#supervisor.pids },
    };
    await writeStackFile(this.home, this.#file);
    return this.#file;
  }

  #pidsChanged(): void {
    const file = this.#file;
    if (file === undefined) return;
    Object.assign(file.pids, this.#supervisor.pids);
    this.#writing = this.#writing
      .then(() => (this.#file === undefined ? undefined : writeStackFile(this.home, this.#file)))
      .catch((error: Error) => this.voice.say(`stack.json could not be written: ${error.message}`));
  }
}

/** Root's home must let the user pass that PostgreSQL runs as; what is secret in it has closed modes of its own. */
async function makeHome(home: string): Promise<void> {
  if (await exists(home)) return;
  await mkdir(home, { recursive: true });
  await chmod(home, process.getuid?.() === 0 ? 0o711 : 0o700);
}

/** Like `Promise.all`, but it settles only when all have: none goes on unseen after the first has failed. */
async function allOrFirstError<T extends readonly unknown[]>(
  work: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
