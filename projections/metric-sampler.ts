import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { Counter, type Registry } from 'prom-client';
import type { Environment } from '../infra/config';
import type { Logger } from '../infra/logger';
import { SeriesUpkeep } from '../infra/postgres/series-upkeep';
import { roundOf } from './metric-samples';
import { addSamples, noteNames } from './queries/metric-samples';

/** How often a process says that its metrics are still there. */
const noteEveryMs = 3_600_000;

/**
 * Writes what a process measures into Postgres, again and again, until aborted. Never throws: what can't be written is missed in the
 * series, but for the growth of counters, which comes with the next round.
 * @param role as in the metrics' own label
 */
export async function sampleMetrics(
  role: string,
  registry: Registry,
  { pool, env, logger }: { pool: Pool; env: Environment; logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const upkeep = new SeriesUpkeep(pool, 'metric_samples', env.METRICS_RETENTION_DAYS, logger);
  const sampler = new MetricSampler(role, registry, pool, upkeep);
  let failing = false;
  const upkeeping = upkeep.run(signal);
  while (!signal.aborted) {
    await sleep(env.METRICS_SAMPLE_SECONDS * 1000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    try {
      await sampler.round();
      failing = false;
    } catch (err) {
      // Once per outage.
      if (!failing) logger.warn({ err }, 'metrics could not be stored');
      failing = true;
    }
  }
  await upkeeping;
}

/** Knows how far a process's counters were when they were last written. */
export class MetricSampler {
  private readonly written = new Map<string, number>();
  private noted = new Set<string>();
  private notedAt = 0;
  private readonly counted: Counter<'outcome'>;

  /** @param instance tells processes of one role apart */
  constructor(
    private readonly role: string,
    private readonly registry: Registry,
    private readonly pool: Pool,
    private readonly upkeep: Pick<SeriesUpkeep, 'ensure'>,
    private readonly instance = `${hostname()}:${process.pid}`,
  ) {
    this.counted = new Counter({
      name: 'ymera_metric_samples_total',
      help: 'Samples of metrics by what became of them: `stored`, or `skipped` because one round holds no more.',
      labelNames: ['outcome'],
      registers: [registry],
    });
  }

  /** @throws the error of Postgres; nothing is written then */
  async round(): Promise<void> {
    const { samples, names, after, skipped } = roundOf(await this.registry.getMetricsAsJSON(), this.written);
    await this.upkeep.ensure();
    await addSamples(this.pool, { role: this.role, instance: this.instance, time: new Date() }, samples);
    for (const [key, value] of after) this.written.set(key, value);
    this.counted.inc({ outcome: 'stored' }, samples.length);
    this.counted.inc({ outcome: 'skipped' }, skipped);
    // The bounds of a histogram with labels show when it has first been used.
    const noted = names.map(({ name, bounds = [] }) => `${name} ${bounds.length}`);
    if (Date.now() - this.notedAt < noteEveryMs && noted.every((each) => this.noted.has(each))) return;
    await noteNames(this.pool, names);
    this.noted = new Set(noted);
    this.notedAt = Date.now();
  }
}
