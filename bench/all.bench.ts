import { setTimeout as delay } from 'node:timers/promises';
import { agentWorkflowId } from '../workflows/messages';
import { startBenchStack, type BenchStack } from './bench-stack';
import { failed, median, perSecond, quantile, report, sample } from './measure';
import { runBench } from './run-bench';

const rounds = Number(process.env['ROUNDS'] || 3);
const seconds = Number(process.env['SECONDS'] || 6);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const payload = 'x'.repeat(80);
let counter = 0;

/** A change of one of 20 flags, about 100 bytes. */
const flag = (): object => ({ key: `flag-${(counter += 1) % 20}`, value: `${counter}${payload}` });

const setFlag = (stack: BenchStack, id: string): Promise<void> => stack.command(id, 'SetFlag', flag());

async function bareHandle(stack: BenchStack, id: string) {
  const handle = await stack.bareClient.workflow.start('bare', { workflowId: id, taskQueue: 'bare', args: [] });
  return () => handle.executeUpdate('add', { args: [1, payload] }).catch(() => failed);
}

async function oneCaller(stack: BenchStack): Promise<string> {
  await stack.makeAgent('one', 0);
  const bare = await bareHandle(stack, 'bare-one');
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(median((await sample(1, seconds, bare)).latencies));
    ours.push(median((await sample(1, seconds, () => setFlag(stack, 'one'))).latencies));
  }
  return report('(a) one caller over HTTP, with ack and snapshot, p50', 'ms', ours, theirs, '≤ 1.5×');
}

async function hotAgent(stack: BenchStack): Promise<string> {
  await stack.makeAgent('hot', 60);
  const http: number[] = [];
  const direct: number[] = [];
  const theirs: number[] = [];
  const command = () => ({ id: `d${(counter += 1)}`, type: 'SetFlag', data: flag(), principal: 'bench' });
  for (let round = 0; round < rounds; round += 1) {
    http.push(perSecond(await sample(64, seconds, () => setFlag(stack, 'hot'))));
    direct.push(perSecond(await sample(64, seconds, () => stack.agents.send('hot', [command()]))));
    // A new one each time: 64 callers at the default limits leave a workflow with retries that go on for long.
    const bare = await bareHandle(stack, `bare-hot-${round}`);
    theirs.push(perSecond(await sample(64, seconds, bare)));
    await stack.bareClient.workflow.getHandle(`bare-hot-${round}`).terminate();
  }
  return [
    report('(b) 64 callers on one agent, over HTTP', 'commands/s', http, theirs, '≥ 10× and ≥ 2,500/s'),
    report('(b) the same without HTTP: the gateway that the API uses', 'commands/s', direct, theirs, ''),
  ].join('\n');
}

async function manyAgents(stack: BenchStack): Promise<string> {
  const count = 50;
  const bares: (() => Promise<unknown>)[] = [];
  for (let i = 0; i < count; i += 1) {
    await stack.makeAgent(`many-${i}`, 60);
    bares.push(await bareHandle(stack, `bare-many-${i}`));
  }
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(perSecond(await sample(count, seconds, (i) => bares[i]?.() ?? Promise.resolve())));
    ours.push(perSecond(await sample(count, seconds, (i) => setFlag(stack, `many-${i}`))));
  }
  return report('(c) 50 agents, one call in flight each', 'commands/s', ours, theirs, '≥ 0.9×');
}

async function checkpoint(stack: BenchStack): Promise<string> {
  await stack.makeAgent('mirrored', 0);
  await stack.makeAgent('unmirrored', 1e6);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(median((await sample(1, seconds, () => setFlag(stack, 'unmirrored'))).latencies));
    ours.push(median((await sample(1, seconds, () => setFlag(stack, 'mirrored'))).latencies));
  }
  const added = median(ours.map((value, i) => value - (theirs[i] ?? NaN)));
  return report(`(d) checkpoint on every command, p50: ${added.toFixed(2)} ms more`, 'ms', ours, theirs, '< 1 ms more');
}

/** First answer of an agent whose history a fresh worker has to read, with 10,000 commands behind it. */
async function recovery(stack: BenchStack): Promise<string> {
  const ids = Array.from({ length: 12 }, (_, i) => `cold-${i}`);
  for (const [i, id] of ids.entries()) {
    await stack.makeAgent(id, 60);
    const send = (from: number, count: number): Promise<unknown> =>
      stack.agents.send(
        id,
        Array.from({ length: count }, (_, k) => command(from + k)),
      );
    for (let sent = 0; sent < 9950; sent += 250) await send(sent, Math.min(250, 9950 - sent));
    // Singles at the end, a different number for each, so that the present run is of any length.
    for (let k = 0; k < 50 + i * 5; k += 1) await send(9950 + k, 1);
  }
  const worker = stack.pid('worker');
  process.kill(worker, 'SIGKILL');
  while (stack.pid('worker') === worker) await delay(100);
  await delay(3000);
  const latencies: number[] = [];
  for (const id of ids) {
    const workflowId = agentWorkflowId(id);
    const namespace = stack.client.options.namespace;
    // As Temporal does by itself when the dead worker has not fetched a task for some time.
    await stack.client.workflowService.resetStickyTaskQueue({ namespace, execution: { workflowId } });
    const began = performance.now();
    await stack.agents.view(id);
    latencies.push(performance.now() - began);
  }
  const [p50, worst] = [median(latencies), quantile(latencies, 1)];
  return `| (e) first answer from a cold worker, 10,000 commands behind | p50 ${p50.toFixed(0)} ms, max ${worst.toFixed(0)} ms | | | p50 < 100 ms |`;
}

function command(i: number) {
  return { id: `c${i}`, type: 'SetFlag', data: { key: `flag-${i % 20}`, value: `${i}${payload}` }, principal: 'bench' };
}

/** `npm run bench -- a c` measures just these. */
const wanted = process.argv.slice(2);
const parts = { a: oneCaller, b: hotAgent, c: manyAgents, d: checkpoint, e: recovery };

async function main(): Promise<void> {
  await using stack = await startBenchStack();
  say(`| what (${rounds} rounds of ${seconds} s, side by side) | Ymera | bare Update | ratio | aim |`);
  say('|---|---|---|---|---|');
  for (const [letter, part] of Object.entries(parts)) {
    if (wanted.length === 0 || wanted.includes(letter)) say(await part(stack));
  }
}

runBench(main);
