import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Samples } from '../../actors/performance/compare';
import type { Metric, Source } from '../../actors/performance/config';
import { containerEngine } from '../../infra/containers';
import { ActionError } from '../actions/action';
import type { ProbeMeans } from '../probe';
import { queryPrometheus, withoutNaN } from '../prometheus';

const timeoutMs = 10_000;
/** Over how long the CPU time of a process is counted, in ms; the kernel counts in hundredths of a second. */
const cpuSpanMs = 1000;
const pageBytes = 4096;

/**
 * One value of each metric, as they are now.
 * @returns null for one that could not be measured
 */
export async function measureAll(
  metrics: readonly Metric[],
  signal: AbortSignal,
  means: ProbeMeans,
): Promise<(number | null)[]> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const results = await Promise.allSettled(metrics.map(({ source }) => measureOnce(source, limit, means)));
  signal.throwIfAborted();
  return results.map((result) =>
    result.status === 'fulfilled' && Number.isFinite(result.value) ? short(result.value) : null,
  );
}

/** Adds one value for each metric that has one. */
export function withValues(samples: Samples, metrics: readonly Metric[], values: (number | null)[]): Samples {
  const added = metrics.flatMap(({ name }, index) => {
    const value = values[index];
    return typeof value === 'number' ? [[name, [...(samples[name] ?? []), value]] as [string, number[]]] : [];
  });
  return { ...samples, ...Object.fromEntries(added) };
}

/**
 * One value of a metric.
 * @throws ActionError `unreachable`, `query_failed`, `not_found`, `no_container_engine`
 */
export async function measureOnce(source: Source, signal: AbortSignal, means: ProbeMeans): Promise<number> {
  switch (source.type) {
    case 'prometheus': {
      const series = withoutNaN(await queryPrometheus(source, source.query, signal));
      if (series.length !== 1)
        throw new ActionError('query_failed', `the query yields ${series.length} series, not one`);
      return series[0]?.value ?? NaN;
    }
    case 'http':
      return latency(source.url, signal);
    case 'process':
      return ofProcess(source.pid_file, source.measured, signal);
    case 'container':
      return ofContainer(source.container, source.measured, signal, means);
  }
}

/** Milliseconds until the whole answer was there. What is no good answer has no latency. */
async function latency(url: string, signal: AbortSignal): Promise<number> {
  const began = performance.now();
  const response = await fetch(url, { redirect: 'manual', signal });
  await response.arrayBuffer();
  if (!response.ok) throw new ActionError('unreachable', `it answered ${response.status}`);
  return performance.now() - began;
}

async function ofProcess(pidFile: string, measured: 'cpu' | 'memory', signal: AbortSignal): Promise<number> {
  const pid = Number((await readFile(pidFile, 'utf8')).trim());
  if (!Number.isInteger(pid) || pid <= 0) throw new ActionError('not_found', 'the pid file holds no process id');
  if (measured === 'memory') {
    const [, resident] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ');
    return Number(resident) * pageBytes;
  }
  const before = await cpuSeconds(pid);
  const began = performance.now();
  await delay(cpuSpanMs, undefined, { signal });
  return (((await cpuSeconds(pid)) - before) / ((performance.now() - began) / 1000)) * 100;
}

/** User and system time; Linux counts a hundred ticks a second. */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function ofContainer(
  container: string,
  measured: 'cpu' | 'memory',
  signal: AbortSignal,
  { containers }: ProbeMeans,
): Promise<number> {
  if (containers === undefined) throw new ActionError('no_container_engine', 'this worker has no container engine');
  const engine = containerEngine(containers, timeoutMs).getContainer(container);
  const stats = await engine.stats({ stream: false });
  signal.throwIfAborted();
  if (measured === 'memory') return stats.memory_stats.usage;
  const { cpu_stats: now, precpu_stats: before } = stats;
  const seconds = (Date.parse(stats.read) - Date.parse(stats.preread)) / 1000;
  return ((now.cpu_usage.total_usage - before.cpu_usage.total_usage) / 1e9 / seconds) * 100;
}

/** Six digits are more than anything measured has. */
function short(value: number): number {
  return Number(value.toPrecision(6));
}
