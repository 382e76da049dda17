import { setTimeout as delay } from 'node:timers/promises';
import { startBenchStack, type BenchStack } from './bench-stack';
import { quantile } from './measure';
import { runBench } from './run-bench';

const count = Number(process.env['AGENTS'] || 500);
const seconds = Number(process.env['SECONDS'] || 20);
/** Commands a second. The last one to an agent costs a task more, some seconds later; so it is a third of what a machine of 2 cores can do. */
const rate = Number(process.env['RATE'] || 15);
const turnMs = (count * 1_000) / rate;
/** What is left to do for agents that were just made is done by then. */
const settleMs = 15_000;
/** By name; all of them unless told. */
const chosen = (process.env['SETTINGS'] || '').split(',').filter((name) => name !== '');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** How long a task waits for the worker that has its agent, and how long a worker that is gone holds one. */
const settings: Record<string, NodeJS.ProcessEnv> = {
  engine: { WORKER_STICKY_TIMEOUT_MS: '10000', AGENT_TASK_TIMEOUT_MS: '10000' },
  default: {},
  short: { WORKER_STICKY_TIMEOUT_MS: '200', AGENT_TASK_TIMEOUT_MS: '1000' },
};

interface Seen {
  /** Milliseconds of each request that ended after the worker was told to end, and was begun before it or in the time measured. */
  latencies: number[];
  refused: number;
}

/** No agent is told twice what it knows: that is refused. */
let value = 0;

/** Commands at the rate, each agent by turns; `end` is called in the middle of it. All requests are waited for. */
async function under(stack: BenchStack, ids: readonly string[], end: () => void): Promise<Seen> {
  const seen: Seen = { latencies: [], refused: 0 };
  let ended = Infinity;
  let running = true;
  const drive = async (id: string, i: number): Promise<void> => {
    await delay((turnMs * i) / ids.length);
    while (running) {
      value += 1;
      const began = performance.now();
      await stack.command(id, 'SetFlag', { key: 'count', value }).catch(() => {
        seen.refused += 1;
      });
      const now = performance.now();
      if (now >= ended) seen.latencies.push(now - began);
      await delay(Math.max(0, turnMs - (now - began)));
    }
  };
  const driving = Promise.all(ids.map(drive));
  await delay(turnMs + 3_000);
  ended = performance.now();
  end();
  await delay(seconds * 1_000);
  running = false;
  await driving;
  return seen;
}

async function measure(name: string): Promise<void> {
  await using stack = await startBenchStack('', settings[name]);
  const row = (what: string, { latencies, refused }: Seen): void => {
    const slow = latencies.filter((ms) => ms > 1_000).length;
    const figures = [0.5, 0.99, 1].map((q) => `${quantile(latencies, q).toFixed(0)} ms`);
    say(`| ${name} | ${what} | ${figures.join(' | ')} | ${slow} of ${latencies.length} | ${refused} |`);
  };
  // Both have a part of the agents in their memory. Nobody starts this one again.
  const other = await stack.startWorker();
  const next: { worker?: Awaited<ReturnType<BenchStack['startWorker']>> } = {};
  try {
    const ids = Array.from({ length: count }, (_, i) => `failover-${i}`);
    for (const id of ids) await stack.makeAgent(id, 60);
    await delay(settleMs);
    row('kill -9 of one of two', await under(stack, ids, () => void other.kill('SIGKILL')));
    next.worker = await stack.startWorker();
    const pid = stack.pid('worker');
    row('SIGTERM of the one that has them all', await under(stack, ids, () => void process.kill(pid, 'SIGTERM')));
  } finally {
    other.kill('SIGKILL');
    next.worker?.kill('SIGKILL');
  }
}

async function main(): Promise<void> {
  say(
    `${count} agents, two workers, ${rate} commands a second over HTTP; requests that ended in the ${seconds} s after:`,
  );
  say('| settings | what ended | p50 | p99 | slowest | over 1 s | refused |');
  say('|---|---|---|---|---|---|---|');
  for (const name of Object.keys(settings)) if (chosen.length === 0 || chosen.includes(name)) await measure(name);
}

runBench(main);
