import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { agentWorkflowId } from '../workflows/messages';
import { startBenchStack, type BenchStack } from './bench-stack';
import { median, report } from './measure';
import { runBench } from './run-bench';

const rounds = Number(process.env['ROUNDS'] || 3);
const inFlight = 200;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const runbook = (steps: number): string =>
  `name: steps-${steps}\nsteps:\n` +
  Array.from({ length: steps }, (_, i) => `  - {id: s${i}, action: debug.echo, with: {value: ${i}}}\n`).join('');

let numbers = 0;

/** Does something `count` times, so many at once. @returns steps per second */
async function rate(count: number, steps: number, one: (id: string) => Promise<unknown>): Promise<number> {
  let left = count;
  const began = performance.now();
  const loop = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      numbers += 1;
      await one(`bench-${process.pid}-${numbers}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, loop));
  return (count * steps) / ((performance.now() - began) / 1000);
}

async function events(client: Client, workflowId: string): Promise<number> {
  return (await client.workflow.getHandle(workflowId).fetchHistory()).events?.length ?? NaN;
}

/** All `count` begin at once, as they can; each is waited for to its end. */
async function compare(stack: BenchStack, count: number, steps: number, what: string): Promise<string> {
  const ours: number[] = [];
  const theirs: number[] = [];
  let last = '';
  const run = async (id: string): Promise<void> => {
    last = id;
    await stack.launcher.launch({
      id,
      runbook: `steps-${steps}`,
      input: {},
      trigger: { type: 'api' },
      principal: 'bench',
    });
    await stack.client.workflow.getHandle(agentWorkflowId(id)).result();
  };
  const plain = async (workflowId: string): Promise<void> => {
    last = workflowId;
    await stack.client.workflow.execute('plain', { workflowId, taskQueue: 'bare', args: [steps] });
  };
  const perStep: number[] = [];
  const plainPerStep: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await rate(count, steps, plain));
    plainPerStep.push((await events(stack.client, last)) / steps);
    ours.push(await rate(count, steps, run));
    perStep.push((await events(stack.client, agentWorkflowId(last))) / steps);
    await delay(1000);
  }
  const history = `${median(perStep).toFixed(1)} history events per step, by hand ${median(plainPerStep).toFixed(1)}`;
  return report(`${what} (${history})`, 'steps/s', ours, theirs, '≥ 0.8×');
}

async function main(): Promise<void> {
  await using stack = await startBenchStack();
  for (const steps of [10, 50]) await stack.saveRunbook(runbook(steps));
  // Both are warm before anything counts.
  await compareQuietly(stack);
  say(`| what (${rounds} rounds, ${inFlight} at once, alternating) | Ymera | by hand | ratio | aim |`);
  say('|---|---|---|---|---|');
  say(await compare(stack, 200, 10, '200 runs of 10 no-op steps, the whole system at work'));
  say(await compare(stack, 40, 50, '40 runs of 50 no-op steps, the whole system at work'));
  // The ledger can be written later; what the runs themselves cost is seen without it.
  const projector = stack.pid('projector');
  process.kill(projector, 'SIGSTOP');
  try {
    say(await compare(stack, 200, 10, '200 runs of 10 no-op steps, the projector standing still'));
  } finally {
    process.kill(projector, 'SIGCONT');
  }
}

async function compareQuietly(stack: BenchStack): Promise<void> {
  await rate(20, 10, async (id) => {
    await stack.launcher.launch({ id, runbook: 'steps-10', input: {}, trigger: { type: 'api' }, principal: 'bench' });
    await stack.client.workflow.execute('plain', { workflowId: `warm-${id}`, taskQueue: 'bare', args: [10] });
    await stack.client.workflow.getHandle(agentWorkflowId(id)).result();
  });
}

runBench(main);
