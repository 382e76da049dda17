import type { MetricObjectWithValues, MetricValue, MetricValueWithName } from 'prom-client';
import type { MetricName, MetricSample } from './queries/metric-samples';

/** Of what Node.js tells of a process; of Ymera's own metrics all are kept. */
const ofProcess = new Set([
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_open_fds',
  'process_start_time_seconds',
  'nodejs_eventloop_lag_p50_seconds',
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_heap_size_used_bytes',
  'nodejs_heap_size_total_bytes',
  'nodejs_external_memory_bytes',
  'nodejs_gc_duration_seconds',
]);
const types: readonly string[] = ['counter', 'gauge', 'histogram'];

/** Label sets of one metric, and rows of one round. What is beyond them is left out. */
const mostSets = 1_000;
const mostRows = 2_000;

type Metric = MetricObjectWithValues<MetricValue<string>>;

export interface Round {
  samples: MetricSample[];
  names: MetricName[];
  /** How far counters are once the samples are written, by `keyOf`. */
  after: Map<string, number>;
  /** Rows that were left out. */
  skipped: number;
}

/**
 * What of a process's metrics is to be written: gauges as they stand, counters and the parts of histograms where they have grown.
 * @param metrics of a registry, as JSON
 * @param before how far counters were when they were last written
 */
export function roundOf(metrics: readonly Metric[], before: ReadonlyMap<string, number>): Round {
  const kept = metrics.filter(({ name, type }) => types.includes(typeName(type)) && isKept(name));
  const all = kept.flatMap((metric) => rowsOf(metric));
  const grown = all.flatMap(({ counts, ...row }): MetricSample[] => {
    if (!counts) return [{ ...row, increase: null }];
    const increase = row.value - (before.get(keyOf(row)) ?? 0);
    return increase > 0 ? [{ ...row, increase }] : [];
  });
  const samples = grown.slice(0, mostRows);
  return {
    samples,
    names: kept.map(nameOf),
    after: new Map(samples.filter(({ increase }) => increase !== null).map((row) => [keyOf(row), row.value])),
    skipped: grown.length - samples.length,
  };
}

function nameOf({ name, type, help, values }: Metric): MetricName {
  const metric = { name, type: typeName(type), help };
  const bounds = new Set(values.map(({ labels }) => Number(labels['le'])).filter(Number.isFinite));
  return bounds.size > 0 ? { ...metric, bounds: [...bounds].sort((a, b) => a - b) } : metric;
}

function isKept(name: string): boolean {
  return name.startsWith('ymera_') || ofProcess.has(name);
}

interface MeasuredRow extends Omit<MetricSample, 'increase'> {
  counts: boolean;
}

function rowsOf({ name, type, values }: Metric): MeasuredRow[] {
  const sets = new Set<string>();
  // Buckets hold what is below them as well: so they come, the lowest first.
  const below = new Map<string, number>();
  return values.flatMap((given): MeasuredRow[] => {
    const { metricName = name, value } = given as MetricValueWithName<string>;
    const { le, role: _, ...rest } = given.labels;
    const labels = sorted(rest);
    const set = JSON.stringify(labels);
    if (!Number.isFinite(value) || (sets.size >= mostSets && !sets.has(set))) return [];
    sets.add(set);
    const counts = typeName(type) !== 'gauge';
    if (le === undefined) return [{ name: metricName, labels, value, counts }];
    const own = value - (below.get(set) ?? 0);
    below.set(set, value);
    return [{ name: metricName, labels: { ...labels, le: String(le) }, value: own, counts }];
  });
}

/** prom-client's own types say an enum where it gives a word. */
function typeName(type: unknown): string {
  return String(type);
}

function sorted(labels: Partial<Record<string, string | number>>): Record<string, string> {
  const entries = Object.entries(labels).map(([name, value]): [string, string] => [name, String(value)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function keyOf({ name, labels }: Pick<MetricSample, 'name' | 'labels'>): string {
  return `${name} ${JSON.stringify(labels)}`;
}
