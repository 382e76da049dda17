import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../infra/config';
import { apiAuthority, choosePorts, metricsAddresses, type Addresses, type Ports } from './addresses';
import { keptEvidenceKey } from './evidence-key';
import { exists, keptSecret } from './files';
import { launchServers, type Launch } from './launch';
import { endLeftovers } from './leftovers';
import { lockHome } from './lock';
import { processSpecs } from './roles';
import {
  readCredentials,
  reduceToCredentials,
  writeStackFile,
  type Credentials,
  type Role,
  type StackFile,
} from './stack-file';
import { Supervisor } from './supervisor';

/** What a stack tells while it works, one line each. */
export interface Voice {
  /** What it is doing now. */
  step(line: string): void;
  /** Something that happened. */
  say(line: string): void;
}

/** One embedded stack in one home: the servers, the worker, the projector, the keeper of evidence and the API. */
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
    const [ports, secretKey, evidenceKeyFile] = await Promise.all([
      choosePorts(this.home, this.env),
      this.env.SECRET_KEY ?? keptSecret(join(this.home, 'secret-key'), 32),
      this.env.EVIDENCE_KEY_FILE ?? keptEvidenceKey(this.home),
    ]);

    this.voice.step('starting the servers');
    const start = this.#supervisor.start.bind(this.#supervisor);
    const { temporal, nats, redis, postgres } = launchServers(this.home, this.env, ports, start);
    const engine = Promise.all([temporal.ready, nats.ready, redis.ready]);
    const database = this.#prepareDatabase(postgres);
    const all = Promise.all([engine, database]);
    const specs = Promise.all([temporal.url, nats.url, redis.url, postgres.url]).then((urls) => {
      const servers = { temporal: urls[0], nats: urls[1], redis: urls[2], postgres: urls[3] };
      const own = { env: this.env, home: this.home, ports, secretKey, evidenceKeyFile };
      return { servers, ...processSpecs({ ...own, servers }) };
    });
    const [{ servers }] = await allOrFirstError([
      specs,
      all.then(() => this.voice.step('starting the worker, the projector, the keeper of evidence and the API')),
      // The worker takes longest to start, and needs no database.
      engine.then(async () => start('worker', (await specs).worker)),
      all.then(async () => start('projector', (await specs).projector)),
      all.then(async () => start('evidence', (await specs).evidence)),
      all.then(async () => start('api', (await specs).api)),
    ]);
    return this.#publish(ports, servers);
  }

  async #prepareDatabase({ url, ready }: Launch): Promise<void> {
    // Loaded while the server starts.
    const [{ migrate }, { ensureAdmin }] = await Promise.all([import('../projections/migrate'), import('./admin')]);
    const [databaseUrl] = await Promise.all([url, ready]);
    await migrate(databaseUrl);
    this.#credentials = await ensureAdmin(databaseUrl, this.#credentials);
    // Kept at once: a start that fails later must not leave a password that nobody knows.
    await reduceToCredentials(this.home, this.#credentials);
  }

  async #publish(ports: Ports, servers: Addresses): Promise<StackFile> {
    const authority = apiAuthority(this.env, ports);
    const s = this.env.TLS_CERT === undefined ? '' : 's';
    const ui = this.env.TEMPORAL_ADDRESS === undefined ? `http://127.0.0.1:${ports.temporalUi}` : null;
    const roles = ['temporal', 'nats', 'redis', 'postgres', 'worker', 'projector', 'evidence', 'api'] as const;
    const none = Object.fromEntries(roles.map((role) => [role, null])) as Record<Role, null>;
    this.#file = {
      api: `http${s}://${authority}`,
      ws: `ws${s}://${authority}/ws`,
      console: `http${s}://${authority}/`,
      temporal: { address: servers.temporal, namespace: this.env.TEMPORAL_NAMESPACE, ui },
      nats: servers.nats,
      redis: servers.redis,
      postgres: servers.postgres,
      metrics: metricsAddresses(this.env, ports),
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
