import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { findTool } from '../stack/tools';
import { startTemporalOnPostgres } from '../tests/_util/temporal-on-postgres';
import { startBenchStack, type BenchStack } from './bench-stack';
import { canHold, holdTo } from './cpu-share';
import { failed, median, perSecond, quantile, sample, type Sample } from './measure';
import { roles, usageOf } from './process-usage';
import { runBench } from './run-bench';

const rounds = Number(process.env['ROUNDS'] || 3);
const seconds = Number(process.env['SECONDS'] || 15);
const heldCores = 0.2;
/** More under way than a worker that small can take in time would be tasks that time out and are done again. */
const heldAgents = 12;
const agents = Number(process.env['AGENTS'] || 50);
/** Not counted: each agent's first tasks, and compiling. */
const warmUpSeconds = 5;
/** After a worker has ended. */
const settleMs = 8_000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const row = (cells: readonly string[]): void => say(`| ${cells.join(' | ')} |`);

/** Processes whose CPU time is told, by their names. */
type Watched = () => Record<string, number>;

interface Measured {
  perSecond: number;
  p50: number;
  p99: number;
  refused: number;
  /** Milliseconds of CPU for each command, by process. */
  cpuMs: Record<string, number>;
  /** All of them together. */
  cores: number;
}

let made = 0;

/**
 * One command under way for each of some agents that are new, so that all workers that are there have a part of them.
 * @param hold called when the agents are there; what it returns, when all is measured
 */
async function measure(stack: BenchStack, watched: Watched, count: number, hold: () => () => void): Promise<Measured> {
  const ids = Array.from({ length: count }, () => `scaled-${(made += 1)}`);
  for (const id of ids) await stack.makeAgent(id, 60);
  let [value, refused] = [0, 0];
  const command = (i: number): Promise<unknown> =>
    stack.command(ids[i] ?? '', 'SetFlag', { key: `flag-${(value += 1) % 20}`, value }).catch(() => {
      refused += 1;
      return failed;
    });
  const release = hold();
  try {
    await sample(count, warmUpSeconds, command, 0);
    const before = watched();
    const began = performance.now();
    const taken = await sample(count, seconds, command, 0);
    const took = (performance.now() - began) / 1000;
    return { ...figures(taken, before, watched(), took), refused };
  } finally {
    release();
  }
}

function figures(
  taken: Sample,
  before: Record<string, number>,
  after: Record<string, number>,
  took: number,
): Omit<Measured, 'refused'> {
  const used = Object.keys(after).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)] as const);
  const rate = perSecond(taken);
  return {
    perSecond: rate,
    p50: median(taken.latencies),
    p99: quantile(taken.latencies, 0.99),
    cpuMs: Object.fromEntries(used.map(([name, cpu]) => [name, ((cpu / took) * 1000) / rate])),
    cores: used.reduce((sum, [, cpu]) => sum + cpu, 0) / took,
  };
}

/**
 * With one worker and with two by turns, in the other order each second round.
 * @param others processes beside those of the stack that are watched too
 * @param count agents
 * @param hold holds the workers to less than they could have, and returns what gives it back
 */
async function compare(
  stack: BenchStack,
  server: string,
  others: Record<string, number>,
  count = agents,
  hold: (workers: readonly number[]) => () => void = () => () => undefined,
): Promise<void> {
  const seen: Record<1 | 2, Measured[]> = { 1: [], 2: [] };
  let second: ChildProcess | undefined;
  const watched: Watched = () => {
    const pids: Record<string, number | null> = { ...stack.file().pids, ...others };
    const cpu = Object.entries(pids).map(([name, pid]) => [name, pid === null ? 0 : usageOf(pid).cpu] as const);
    const { user, system } = process.cpuUsage();
    const other = second?.pid === undefined ? 0 : usageOf(second.pid).cpu;
    return { ...Object.fromEntries(cpu), 'second worker': other, load: (user + system) / 1e6 };
  };
  const one = stack.pid('worker');
  const with1 = async (): Promise<void> => void seen[1].push(await measure(stack, watched, count, () => hold([one])));
  const with2 = async (): Promise<void> => {
    second = await stack.startWorker();
    const two = [one, second.pid ?? NaN];
    seen[2].push(await measure(stack, watched, count, () => hold(two)));
    second.kill('SIGTERM');
    await once(second, 'exit');
    second = undefined;
    // What it had in its memory, the other one takes over.
    await delay(settleMs);
  };
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const turn of round % 2 === 0 ? [with1, with2] : [with2, with1]) await turn();
    }
  } finally {
    second?.kill('SIGKILL');
  }
  tell(server, seen);
}

function tell(server: string, seen: Record<1 | 2, Measured[]>): void {
  const list = (all: Measured[], of: (each: Measured) => number): string => all.map((m) => of(m).toFixed(0)).join(', ');
  const ratio = median(seen[2].map((two, i) => two.perSecond / (seen[1][i]?.perSecond ?? NaN)));
  for (const workers of [1, 2] as const) {
    const all = seen[workers];
    row([
      `${server}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
      `${list(all, (m) => m.perSecond)} commands/s`,
      workers === 1 ? '' : `${ratio.toFixed(2)}×`,
      `${list(all, (m) => m.p50)} ms`,
      `${list(all, (m) => m.p99)} ms`,
      list(all, (m) => m.refused),
      all.map((m) => m.cores.toFixed(2)).join(', '),
    ]);
  }
  shares.push(...([1, 2] as const).map((workers) => ({ name: `${server}, ${workers}`, all: seen[workers] })));
}

const shares: { name: string; all: Measured[] }[] = [];
const ownRoles = roles.filter((role) => role !== 'temporal' && role !== 'worker');
const columns = ['temporal', "Temporal's PostgreSQL", 'worker', 'second worker', ...ownRoles, 'load'];

async function main(): Promise<void> {
  say(`${agents} agents, one command under way each, ${rounds} rounds of ${seconds} s by turns:\n`);
  row(['server, workers', 'commands/s', '2 : 1', 'p50', 'p99', 'refused', 'cores used, all together']);
  row(Array.from({ length: 7 }, () => '---'));
  const [server, sqlTool] = [findTool('temporal-server'), findTool('temporal-sql-tool')];
  if ('file' in server && 'file' in sqlTool) {
    const programs = { 'temporal-server': server.file, 'temporal-sql-tool': sqlTool.file };
    await using temporal = await startTemporalOnPostgres(programs);
    await using stack = await startBenchStack('', { TEMPORAL_ADDRESS: temporal.address });
    const { temporal: pid, postgres } = temporal.pids;
    const servers = { temporal: pid, "Temporal's PostgreSQL": postgres };
    await compare(stack, 'production server on PostgreSQL', servers);
    // With all on one machine the machine is the bound; workers that may have little of it show what another one adds where they are.
    const name = `the same, each worker held to ${heldCores} of a core, ${heldAgents} agents`;
    if (canHold()) await compare(stack, name, servers, heldAgents, (workers) => holdTo(heldCores, workers));
    else process.stderr.write('workers can not be held to a share of a core here\n');
  } else {
    process.stderr.write(
      `no production server here: ${'problem' in server ? server.problem : ''}; .ci/tools temporal-server\n`,
    );
  }
  {
    await using stack = await startBenchStack();
    await compare(stack, 'dev server on SQLite', {});
  }
  say('\nCPU for a command, ms, median of the rounds:\n');
  row(['server, workers', ...columns, 'sum']);
  row(Array.from({ length: columns.length + 2 }, () => '---'));
  for (const { name, all } of shares) {
    const ms = columns.map((column) => median(all.map(({ cpuMs }) => cpuMs[column] ?? 0)));
    row([name, ...[...ms, ms.reduce((sum, each) => sum + each, 0)].map((each) => each.toFixed(2))]);
  }
}

runBench(main);
