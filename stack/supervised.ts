import { setTimeout as sleep } from 'node:timers/promises';
import { ManagedProcess, type ProcessSpec } from './managed-process';

/** What a supervised process tells about itself. */
export interface SupervisedEvents {
  /** A new process runs in this role (not yet ready). */
  spawned(process: ManagedProcess): void;
  /** It ended by itself (`how`: `code 1`, `SIGKILL`), was started again, and is ready. */
  restarted(role: string, how: string, pid: number): void;
  /** It could not be started again; the next try follows. */
  failed(role: string, error: Error): void;
}

const shortestPauseMs = 50;
const longestPauseMs = 5_000;
/** One that lived this long has not died of its start, so the next pause is the shortest again. */
const healthyAfterMs = 10_000;

/** How often a process is asked whether it is stuck. */
const askMs = 10_000;

/** Keeps one role running: when its process dies, or is stuck for good, another is started from the same spec. */
export class Supervised {
  #current: ManagedProcess | undefined;
  #stopping = new AbortController();
  #watching: Promise<void> = Promise.resolve();

  constructor(
    private readonly spec: ProcessSpec,
    private readonly events: SupervisedEvents,
  ) {}

  get pid(): number | null {
    return this.#current?.running ? this.#current.pid : null;
  }

  /**
   * Starts the process and waits until it is ready; from then on it is kept alive.
   * @throws ProcessStartError when this first start fails: a wrong set-up is better told than tried again.
   */
  async start(): Promise<void> {
    const first = await this.#spawn();
    await first.ready();
    this.#watching = this.#watch(first);
  }

  /** Ends the process and stops keeping it alive. */
  async stop(graceMs?: number): Promise<void> {
    this.#stopping.abort();
    await this.#current?.stop(graceMs);
    await this.#watching;
    await this.#current?.stop(graceMs);
  }

  async #spawn(): Promise<ManagedProcess> {
    const spawned = await ManagedProcess.spawn(this.spec);
    this.#current = spawned;
    this.events.spawned(spawned);
    if (this.#stopping.signal.aborted) await spawned.stop();
    return spawned;
  }

  async #watch(first: ManagedProcess): Promise<void> {
    let current = first;
    let startedAt = Date.now();
    let pause = shortestPauseMs;
    while (!this.#stopping.signal.aborted) {
      const how = await Promise.race([current.ended, this.#stuck(current)]);
      if (this.#stopping.signal.aborted) return;
      if (Date.now() - startedAt > healthyAfterMs) pause = shortestPauseMs;
      await sleep(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
      pause = Math.min(pause * 2, longestPauseMs);
      startedAt = Date.now();
      current = await this.#again(current, how);
    }
  }

  /** Ends a process that says that it is stuck. @returns why; never where it does not */
  async #stuck(current: ManagedProcess): Promise<string> {
    while (this.spec.stuck !== undefined && current.running) {
      await Promise.race([sleep(askMs, undefined, { ref: false }), current.ended]);
      const why = current.running ? await this.spec.stuck().catch(() => null) : null;
      if (why === null) continue;
      await current.stop();
      return why;
    }
    return current.ended;
  }

  /** One more try; where it fails, the process is gone when this returns, so that the watch tries again. */
  async #again(previous: ManagedProcess, how: string): Promise<ManagedProcess> {
    try {
      const next = await this.#spawn();
      await next.ready();
      this.events.restarted(this.spec.role, how, next.pid);
      return next;
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.events.failed(this.spec.role, error as Error);
      if (this.#current?.running) await this.#current.stop();
      return this.#current ?? previous;
    }
  }
}
