import { setTimeout as delay } from 'node:timers/promises';
import type { Role } from '../stack/stack-file';
import { agentWorkflowId } from '../workflows/messages';
import { startBenchStack, type BenchStack } from './bench-stack';
import { quantile } from './measure';
import { roles, usageOfStack, type Usage } from './process-usage';
import { runBench } from './run-bench';

/**
 * What agents cost that nobody talks to: memory, and workflow tasks in a minute, which must be none. `AGENTS` is how many, `SECONDS` for
 * how long tasks are counted, `ASKED` how many of them are asked something afterwards.
 */
const count = Number(process.env['AGENTS'] || 10_000);
const seconds = Number(process.env['SECONDS'] || 120);
const asked = Number(process.env['ASKED'] || 50);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The shortest that the API allows, seconds. */
const checkpointInterval = 10;
/** An agent that was sent something has nothing to do any more when this has passed without a task: 5 s, or its checkpoint's interval. */
const restMs = (checkpointInterval + 10) * 1000;
const makersAtOnce = 16;
const mb = (value: number): string => value.toFixed(0);
let values = 0;

/**
 * Workflow tasks that workers have answered, whichever workers, as Temporal's server counts them.
 * @throws where the server does not say
 */
async function tasksSoFar(stack: BenchStack): Promise<number> {
  const text = await (await fetch(stack.metrics.temporal ?? '')).text();
  const { namespace } = stack.client.options;
  const answers = text
    .split('\n')
    .filter((line) => /^client_requests\{.*operation="HistoryClientRespondWorkflowTask(Completed|Failed)"/.test(line))
    .filter((line) => line.includes(`namespace="${namespace}"`));
  if (answers.length === 0) throw new Error("Temporal's metrics do not tell of workflow tasks");
  return answers.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** Waits until no task has come for as long as something could still come. @throws after ten minutes */
async function atRest(stack: BenchStack): Promise<void> {
  for (let tries = 0, before = NaN; tries * restMs < 600_000; tries += 1) {
    const now = await tasksSoFar(stack);
    if (now === before) return;
    before = now;
    await delay(restMs);
  }
  throw new Error('there is a workflow task every now and then, though nobody asks for anything');
}

const idOf = (i: number): string => `idle-${i}`;
const send = (stack: BenchStack, id: string): Promise<void> =>
  stack.command(id, 'SetFlag', { key: 'count', value: (values += 1) });

async function makeAgents(stack: BenchStack): Promise<void> {
  const began = performance.now();
  let next = 0;
  const loop = async (): Promise<void> => {
    while (next < count) await stack.makeAgent(idOf(next++), checkpointInterval);
  };
  await Promise.all(Array.from({ length: makersAtOnce }, loop));
  const took = (performance.now() - began) / 1000;
  say(`${count} agents made in ${took.toFixed(0)} s, ${(count / took).toFixed(0)} a second`);
}

/** A counter that stands still says nothing unless it can move. */
async function assertCounterMoves(stack: BenchStack): Promise<void> {
  const before = await tasksSoFar(stack);
  await send(stack, idOf(0));
  // The server's page is read no later than its own counting.
  await delay(1_000);
  const moved = (await tasksSoFar(stack)) - before;
  if (moved < 1) throw new Error('a command was answered, and no workflow task was counted');
  say(`counted for one command: ${moved} workflow task(s)`);
}

/** Different ones, so that each has rested. */
function byChance(many: number): string[] {
  const ids = new Set<string>();
  while (ids.size < many) ids.add(idOf(Math.floor(Math.random() * count)));
  return [...ids];
}

/** One after another, so that none waits for another. */
async function answers(stack: BenchStack, ids: readonly string[], what: string): Promise<void> {
  const latencies: number[] = [];
  for (const id of ids) {
    const began = performance.now();
    await send(stack, id);
    latencies.push(performance.now() - began);
  }
  const figures = [0.5, 0.99, 1].map((q) => `${quantile(latencies, q).toFixed(0)} ms`);
  say(`| ${what} | ${figures.join(' | ')} |`);
}

/** The worker's memory is empty, and Temporal knows, as it does by itself some time after it has lost a worker. */
async function forget(stack: BenchStack, ids: readonly string[]): Promise<void> {
  const worker = stack.pid('worker');
  process.kill(worker, 'SIGKILL');
  while (stack.pid('worker') === worker) await delay(100);
  await delay(5_000);
  const { namespace } = stack.client.options;
  for (const id of ids) {
    const execution = { workflowId: agentWorkflowId(id) };
    await stack.client.workflowService.resetStickyTaskQueue({ namespace, execution });
  }
}

function memoryRow(role: Role, before: Usage, made: Usage, rested: Usage): string {
  const each = ((rested.memory - before.memory) * 1024) / count;
  const columns = [role, mb(before.memory), mb(made.memory), mb(rested.memory), `${each.toFixed(1)} KiB`];
  return `| ${columns.join(' | ')} |`;
}

async function main(): Promise<void> {
  await using stack = await startBenchStack();
  // Whatever is loaded at the first use is there before memory is looked at.
  await stack.makeAgent('first', checkpointInterval);
  await stack.command('first', 'SetFlag', { key: 'count', value: 0 });
  await atRest(stack);
  const before = usageOfStack(stack);
  await makeAgents(stack);
  const made = usageOfStack(stack);
  await atRest(stack);
  await assertCounterMoves(stack);
  await atRest(stack);

  const tasks = await tasksSoFar(stack);
  const start = usageOfStack(stack);
  await delay(seconds * 1000);
  const perMinute = (((await tasksSoFar(stack)) - tasks) * 60) / seconds;
  const rested = usageOfStack(stack);
  say('| process | memory before, MiB | agents made | at rest | for each agent |');
  say('|---|---|---|---|---|');
  for (const role of roles) say(memoryRow(role, before[role], made[role], rested[role]));
  say(`| workflow tasks a minute at rest, counted over ${seconds} s | aim |`);
  say('|---|---|');
  say(`| ${perMinute} | 0 |`);
  const idle = roles.map((role) => {
    return `${role} ${(((rested[role].cpu - start[role].cpu) * 1000) / seconds).toFixed(1)}`;
  });
  say(`CPU at rest, ms of a core each second: ${idle.join(', ')}`);

  const chosen = byChance(Math.min(asked, count));
  say(`| ${chosen.length} of them by chance, one after another | p50 | p99 | slowest |`);
  say('|---|---|---|---|');
  await answers(stack, chosen, 'after their rest');
  await answers(stack, chosen, 'once more, so from the memory of the worker');
  await forget(stack, chosen);
  await answers(stack, chosen, 'after the worker was killed with -9 and is back: all from their histories');
}

runBench(main);
