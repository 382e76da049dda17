import { endRunning } from './binaries/run';
import { forgetProcesses, recordProcesses, type Leftover } from './leftovers';
import type { ProcessSpec } from './managed-process';
import type { Role } from './stack-file';
import { Supervised } from './supervised';

/** The order of an orderly end: who depends on the others goes first. Roles in one group end together. */
const endOrder: readonly (readonly Role[])[] = [
  ['api'],
  ['projector', 'evidence'],
  ['worker'],
  ['temporal', 'nats', 'redis', 'postgres'],
];
const hurriedGraceMs = 1_000;

/** The stack was told to end while it was starting. */
export class StoppedError extends Error {
  readonly code = 'stopped';
  constructor() {
    super('the stack was told to end');
  }
}

export interface SupervisorEvents {
  /** One line for people. */
  say(line: string): void;
  /** A role has another pid than before. */
  changed(pids: Partial<Record<Role, number | null>>): void;
}

/** Keeps the processes of one stack running, and ends them in order. */
export class Supervisor {
  readonly #running = new Map<Role, Supervised>();
  readonly #records = new Map<Role, Leftover>();
  #writing: Promise<void> = Promise.resolve();
  #stopping = false;
  #hurried = false;

  constructor(
    private readonly home: string,
    private readonly events: SupervisorEvents,
  ) {}

  /** The pid of each role that this supervisor runs. */
  get pids(): Partial<Record<Role, number | null>> {
    return Object.fromEntries([...this.#running].map(([role, supervised]) => [role, supervised.pid]));
  }

  /**
   * Starts a role, waits until it is ready and from then on restarts it whenever it dies.
   * @throws ProcessStartError, or StoppedError when the stack is ending.
   */
  async start(role: Role, spec: ProcessSpec): Promise<void> {
    this.#assertGoing();
    const supervised = new Supervised(spec, {
      spawned: ({ pid, identity }) => this.#record({ role, pid, identity, signal: spec.stopSignal }),
      restarted: (name, how, pid) => this.events.say(`${name} ended (${how}) and is back as process ${pid}`),
      failed: (name, error) => this.events.say(`${name} could not be restarted, trying again: ${error.message}`),
    });
    this.#running.set(role, supervised);
    await supervised.start();
    this.#assertGoing();
  }

  /** Ends all roles in order; each has its own time until SIGKILL. */
  async stop(): Promise<void> {
    this.#stopping = true;
    endRunning();
    for (const group of endOrder) {
      const grace = this.#hurried ? hurriedGraceMs : undefined;
      await Promise.all(group.map(async (role) => this.#running.get(role)?.stop(grace)));
    }
    await this.#writing;
    await forgetProcesses(this.home);
  }

  /** Makes an ongoing `stop` a short one: all at once, and no process gets more than a second. */
  hurry(): void {
    this.#hurried = true;
    for (const supervised of this.#running.values()) void supervised.stop(hurriedGraceMs);
  }

  #assertGoing(): void {
    if (this.#stopping) throw new StoppedError();
  }

  #record(process: Leftover & { role: Role }): void {
    this.#records.set(process.role, process);
    const records = [...this.#records.values()];
    this.#writing = this.#writing
      .then(() => recordProcesses(this.home, records))
      .catch((error: Error) => this.events.say(`the list of processes could not be written: ${error.message}`));
    this.events.changed(this.pids);
  }
}
