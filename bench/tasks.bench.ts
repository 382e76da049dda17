import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Runtime } from '@temporalio/worker';
import { distDir } from '../infra/paths';
import { nodeOptions } from '../stack/roles';
import { Replayer } from '../temporal/replay';
import { readGolden, readManifest, versions } from '../tests/_util/golden-files';
import { report } from './measure';
import { runBench } from './run-bench';

const rounds = Number(process.env['ROUNDS'] || 5);
const times = Number(process.env['TIMES'] || 60);
const sourceMapsOnly = ['--enable-source-maps'];
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Replays the longest history of the newest release, so many times after some that are not counted. @returns ms of a core for each */
async function costOfReplay(): Promise<number> {
  Runtime.install({ logger: { ...console, log: ignore, trace: ignore, debug: ignore, info: ignore } });
  const version = versions().at(-1) as string;
  const [longest] = readManifest(version)
    .filter(({ type }) => type === 'agent')
    .sort((a, b) => b.events - a.events);
  if (!longest) throw new Error('there is no history of an agent');
  const run = { workflowId: longest.workflowId, runId: longest.runId, history: readGolden(version, longest) };
  await using replayer = new Replayer(readFileSync(join(distDir, 'workflow-bundle.js'), 'utf8'), []);
  const replay = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      const { failure } = await replayer.replay(run, new AbortController().signal);
      if (failure !== null) throw new Error(failure);
    }
  };
  await replay(times / 3);
  const before = process.cpuUsage();
  await replay(times);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / times;
}

const ignore = (): void => undefined;

/** The same in a process of its own, as Node begins it with these options. */
async function inProcess(execArgv: string[]): Promise<number> {
  const child = fork(join(distDir, 'bench/tasks.js'), ['one'], { execArgv });
  const [ms] = (await once(child, 'message')) as [number];
  await once(child, 'exit');
  return ms;
}

async function main(): Promise<void> {
  if (process.argv[2] === 'one') return void process.send?.(await costOfReplay());
  const [plain, traced]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    traced.push(await inProcess(sourceMapsOnly));
    plain.push(await inProcess(nodeOptions));
  }
  say('| what | without the stacks of promises | as the SDK has it | ratio | aim |');
  say('|---|---|---|---|---|');
  say(report('one run of an agent replayed, of a core', 'ms', plain, traced, '< 1×'));
}

runBench(main);
