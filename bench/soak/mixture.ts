import { setTimeout as delay } from 'node:timers/promises';
import { agentWorkflowId } from '../../workflows/messages';
import type { BenchStack } from '../bench-stack';

/** Of so many operations one is a run of a runbook, all others are commands. */
const operationsPerRun = 50;
const payload = 'x'.repeat(80);
const runbook = `name: soak\nsteps:\n${[0, 1, 2].map((i) => `  - {id: s${i}, action: debug.echo, with: {value: ${i}}}\n`).join('')}`;

/** What was done to a stack, and is known to have been acknowledged. */
export interface Done {
  /** By agent, how many commands. */
  commands: Map<string, number>;
  /** How many runs began, and ended as they should. */
  runs: number;
  errors: string[];
}

/** Commands to agents by turns over HTTP, and some runs among them. */
export class Mixture {
  readonly done: Done = { commands: new Map(), runs: 0, errors: [] };
  private count = 0;

  private constructor(
    private readonly stack: BenchStack,
    private readonly ids: readonly string[],
  ) {}

  /** With agents that are there. */
  static async prepare(stack: BenchStack, agents: number): Promise<Mixture> {
    await stack.saveRunbook(runbook);
    const ids = Array.from({ length: agents }, (_, i) => `soak-${i}`);
    for (const id of ids) await stack.post('agents', { kind: 'flags', id });
    return new Mixture(stack, ids);
  }

  /**
   * The next operation, to its end. Never throws: what fails is noted.
   * @returns milliseconds until the API answered
   */
  async next(): Promise<number> {
    const number = (this.count += 1);
    const began = performance.now();
    try {
      if (number % operationsPerRun === 0) return await this.run(began);
      const id = this.ids[number % this.ids.length] ?? '';
      await this.stack.command(id, 'SetFlag', { key: `flag-${number % 20}`, value: `${number}${payload}` });
      this.done.commands.set(id, (this.done.commands.get(id) ?? 0) + 1);
    } catch (error) {
      this.done.errors.push(String(error));
    }
    return performance.now() - began;
  }

  private async run(began: number): Promise<number> {
    const { id } = JSON.parse(await this.stack.post('runs', { runbook: 'soak' })) as { id: string };
    const answered = performance.now();
    const { client } = this.stack;
    const ended = (): Promise<unknown> => client.workflow.getHandle(agentWorkflowId(id)).result();
    await client.withDeadline(Date.now() + 120_000, ended);
    this.done.runs += 1;
    return answered - began;
  }
}

/** Has callers do one operation after another. @returns operations per second, those of the first fifth not counted */
export async function closedLoop(mixture: Mixture, callers: number, seconds: number): Promise<number> {
  const began = performance.now();
  const from = began + seconds * 200;
  const until = began + seconds * 1000;
  let count = 0;
  const call = async (): Promise<void> => {
    while (performance.now() < until) {
      await mixture.next();
      const now = performance.now();
      if (now >= from && now <= until) count += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return count / (seconds * 0.8);
}

/**
 * Begins operations at a fixed pace, whether those before have ended or not, until the time is up; then waits for all of them.
 * @param each told the milliseconds of each: from when it was due, so that a load that comes late hides nothing
 */
export async function openLoop(
  mixture: Mixture,
  perSecond: number,
  seconds: number,
  each: (ms: number) => void,
): Promise<void> {
  const began = performance.now();
  const underWay = new Set<Promise<void>>();
  for (let sent = 0; sent < perSecond * seconds;) {
    const due = began + (sent / perSecond) * 1000;
    const late = performance.now() - due;
    if (late < 0) {
      await delay(Math.min(-late, 1000));
      continue;
    }
    const one = mixture.next().then((ms) => {
      each(late + ms);
      underWay.delete(one);
    });
    underWay.add(one);
    sent += 1;
  }
  await Promise.all(underWay);
}
