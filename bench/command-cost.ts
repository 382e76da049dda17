import { setTimeout as delay } from 'node:timers/promises';
import type { BenchStack } from './bench-stack';
import { median } from './measure';
import { roles, usageOfStack } from './process-usage';

/** Milliseconds of a core, by the process that used them; `load` is the bench itself. */
export type Cost = Record<string, number>;

export interface Asked {
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  /** Of one command, while commands were sent. */
  during: Cost;
  /** Of one command, with what was done for it later on, beyond what the stack uses at rest anyway. */
  inAll: Cost;
}

/** What an agent has left to do after its last command is done by then: 5 s for publishing, its checkpoint interval, and some. */
const quietMs = (checkpointInterval: number): number => 10_000 + checkpointInterval * 1000;

function used(stack: BenchStack): Cost {
  const usage = usageOfStack(stack);
  const { user, system } = process.cpuUsage();
  return { ...Object.fromEntries(roles.map((role) => [role, usage[role].cpu * 1000])), load: (user + system) / 1000 };
}

const combine = (a: Cost, b: Cost, by: (a: number, b: number) => number): Cost =>
  Object.fromEntries(Object.entries(a).map(([name, value]) => [name, by(value, b[name] ?? 0)]));

/** Of one second in which nothing is asked. */
export async function costOfRest(stack: BenchStack, seconds: number): Promise<Cost> {
  const before = used(stack);
  await delay(seconds * 1000);
  return combine(used(stack), before, (now, then) => (now - then) / seconds);
}

/** Sends so many commands, so many at once, and waits until nothing more comes of them. */
export async function ask(
  stack: BenchStack,
  { callers, commands, checkpointInterval }: { callers: number; commands: number; checkpointInterval: number },
  rest: Cost,
  call: (caller: number) => Promise<void>,
): Promise<Asked> {
  const latencies: number[] = [];
  let left = commands;
  const loop = async (caller: number): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const began = performance.now();
      await call(caller);
      latencies.push(performance.now() - began);
    }
  };
  const before = used(stack);
  const began = performance.now();
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)));
  const seconds = (performance.now() - began) / 1000;
  const during = combine(used(stack), before, (now, then) => (now - then) / commands);
  await delay(quietMs(checkpointInterval));
  const all = (performance.now() - began) / 1000;
  const spent = combine(used(stack), before, (now, then) => now - then);
  const inAll = combine(spent, rest, (sum, perSecond) => (sum - perSecond * all) / commands);
  return { perSecond: commands / seconds, p50: median(latencies), during, inAll };
}

/** Without the bench's own part. */
export function total(cost: Cost): number {
  return Object.entries(cost).reduce((sum, [name, value]) => (name === 'load' ? sum : sum + value), 0);
}

export const medianOf = (asked: readonly Asked[], what: (asked: Asked) => number): number => median(asked.map(what));

/** Who has used how much of it, the median of the rounds. */
export function shares(asked: readonly Asked[], of: 'during' | 'inAll'): string {
  return [...roles, 'load'].map((name) => `${name} ${medianOf(asked, (a) => a[of][name] ?? 0).toFixed(2)}`).join(', ');
}
