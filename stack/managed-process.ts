import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareLog, sizeOf, tail } from './log-file';
import { endsWithParent } from './parent-death';
import { identityOf } from './processes';

/** How to run one process, and how to tell that it is ready. */
export interface ProcessSpec {
  /** Its name in messages: `nats`, `worker` … */
  role: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** The user to run as, where it is not this process's own. */
  uid?: number;
  gid?: number;
  /** Gets both stdout and stderr. */
  logFile: string;
  /** The signal for an orderly end, and the milliseconds until SIGKILL follows. */
  stopSignal: NodeJS.Signals;
  stopGraceMs: number;
  /** Milliseconds that it may take to become ready. */
  readyWithinMs: number;
  /** Called again and again until it answers; throws while the process is not ready. */
  probe(output: () => string): Promise<void>;
  /** Asked now and then while it runs: why it goes on as it is and only a new start helps, or null. One that throws says nothing. */
  stuck?(): Promise<string | null>;
}

/** A process ended, or stayed unready, while it was being started. The message holds its last log lines. */
export class ProcessStartError extends Error {
  readonly code = 'process_start_failed';
}

/** A process that is started once and ends once. */
export class ManagedProcess {
  readonly pid: number;
  readonly identity: string;
  /** Resolves when it has ended, to how: `code 1` or `SIGKILL`. */
  readonly ended: Promise<string>;
  #running = true;

  private constructor(
    private readonly spec: ProcessSpec,
    private readonly child: ChildProcess & { pid: number },
    private readonly logStart: number,
  ) {
    this.pid = child.pid;
    this.identity = identityOf(child.pid) ?? '';
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#running = false;
        resolve(signal ?? `code ${code}`);
      });
    });
  }

  /**
   * Spawns the process, in a session of its own: a Ctrl-C at the terminal must reach the supervisor only, which ends the
   * others in order.
   * @throws ProcessStartError when the program cannot be run at all.
   */
  static async spawn(spec: ProcessSpec): Promise<ManagedProcess> {
    await prepareLog(spec.logFile);
    const logStart = sizeOf(spec.logFile);
    const log = openSync(spec.logFile, 'a', 0o600);
    try {
      const [command, ...args] = await endsWithParent([spec.command, ...spec.args], spec.stopSignal);
      const { env, cwd, uid, gid } = spec;
      const user = uid === undefined ? {} : { uid, gid };
      const child = spawn(command, args, { env, cwd, ...user, detached: true, stdio: ['ignore', log, log] });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      return new ManagedProcess(spec, child as ChildProcess & { pid: number }, logStart);
    } catch (error) {
      throw new ProcessStartError(`${spec.role} cannot be run: ${(error as Error).message}`, { cause: error });
    } finally {
      closeSync(log);
    }
  }

  get running(): boolean {
    return this.#running;
  }

  /**
   * Waits until the probe succeeds.
   * @throws ProcessStartError when the process ends before that, or takes longer than `readyWithinMs`.
   */
  async ready(): Promise<void> {
    const deadline = Date.now() + this.spec.readyWithinMs;
    let problem = 'no answer';
    while (Date.now() < deadline) {
      if (!this.#running) throw this.#failure(`ended with ${await this.ended} while it was starting`);
      try {
        await Promise.race([this.spec.probe(() => tail(this.spec.logFile, this.logStart, 1000)), this.ended]);
        if (this.#running) return;
      } catch (error) {
        problem = (error as Error).message;
      }
      await sleep(20);
    }
    throw this.#failure(`was not ready after ${this.spec.readyWithinMs / 1000} s (${problem})`);
  }

  /** Ends the process in its orderly way, with SIGKILL when it takes longer than `graceMs`. Resolves once it is gone. */
  async stop(graceMs = this.spec.stopGraceMs): Promise<void> {
    if (!this.#running) return;
    this.child.kill(this.spec.stopSignal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    if (this.#running) this.child.kill('SIGKILL');
  }

  #failure(what: string): ProcessStartError {
    const last = tail(this.spec.logFile, this.logStart);
    return new ProcessStartError(
      `${this.spec.role} ${what}; log: ${this.spec.logFile}${last === '' ? '' : `\n${last}`}`,
    );
  }
}
