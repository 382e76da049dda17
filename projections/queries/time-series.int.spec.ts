import type { Pool } from 'pg';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { VitalsIntake } from '../../api/vitals-intake';
import { createPool } from '../../infra/postgres/pool';
import { SeriesUpkeep } from '../../infra/postgres/series-upkeep';
import { ownerPool } from '../../tests/_util/owner-pool';
import { startTestServers, type TestServers } from '../../tests/_util/servers';
import { silent } from '../_util/fixtures';
import { MetricSampler } from '../metric-sampler';
import { migrate } from '../migrate';
import { findName, listNames, readSeries, type SeriesQuery } from './metric-samples';
import { filled, quantiles } from './series-math';
import { addVitals, summariseVitals, type VitalSample } from './web-vitals';

jest.setTimeout(90_000);

const day = 86_400_000;

describe('time series', () => {
  let servers: TestServers<'postgres'>;
  let pool: Pool;
  let owner: Pool;

  beforeAll(async () => {
    servers = await startTestServers({ postgres: true });
    await migrate(servers.postgres.url);
    pool = createPool(servers.postgres.url, silent);
    owner = ownerPool(servers.postgres.url, 'on');
  });
  afterAll(async () => {
    await Promise.all([pool.end(), owner.end()]);
    await servers.stop();
  });

  const daysOf = async (series: string): Promise<number[]> => {
    const { rows } = await pool.query<{ name: string }>(
      `SELECT relid::regclass::text AS name FROM pg_partition_tree($1) WHERE isleaf ORDER BY name`,
      [series],
    );
    const today = Math.floor(Date.now() / day);
    return rows.map(({ name }) => Date.parse(name.slice(-10).replaceAll('_', '-')) / day - today);
  };

  const makeOld = (series: string, ago: number): Promise<unknown> => {
    const from = new Date(Math.floor(Date.now() / day - ago) * day);
    const name = `${series}_${from.toISOString().slice(0, 10).replaceAll('-', '_')}`;
    return owner.query(
      `CREATE TABLE ${name} PARTITION OF ${series}
       FOR VALUES FROM ('${from.toISOString()}') TO ('${new Date(from.getTime() + day).toISOString()}')`,
    );
  };

  describe('have a partition for each day', () => {
    it('around this one, and none that is older than they are kept', async () => {
      expect(await daysOf('web_vitals')).toEqual([-2, -1, 0, 1, 2]);
      for (const ago of [40, 8, 7, 6]) await makeOld('web_vitals', ago);
      const upkeep = new SeriesUpkeep(pool, 'web_vitals', 7, silent);
      await Promise.all([upkeep.ensure(), new SeriesUpkeep(pool, 'web_vitals', 7, silent).ensure()]);
      // What was measured seven days ago to the hour is in the partition of that day.
      expect(await daysOf('web_vitals')).toEqual([-7, -6, -2, -1, 0, 1, 2]);
    });

    it('and wait for nobody: what is held by a reader goes later', async () => {
      await makeOld('web_vitals', 50);
      const reader = await owner.connect();
      try {
        await reader.query('BEGIN');
        await reader.query('SELECT count(*) FROM web_vitals');
        const { rows } = await pool.query(`SELECT keep_series('web_vitals', 7) AS done`);
        expect(rows).toEqual([{ done: false }]);
        expect(await daysOf('web_vitals')).toContain(-50);
      } finally {
        await reader.query('ROLLBACK');
        reader.release();
      }
      const { rows } = await pool.query(`SELECT keep_series('web_vitals', 7) AS done`);
      expect(rows).toEqual([{ done: true }]);
      expect(await daysOf('web_vitals')).not.toContain(-50);
    });

    it('that only their owner changes, and whose upkeep touches nothing else', async () => {
      for (const statement of [
        'DELETE FROM web_vitals',
        'UPDATE web_vitals SET value = 0',
        'DROP TABLE web_vitals',
        `INSERT INTO time_series VALUES ('events')`,
      ])
        await expect(pool.query(statement)).rejects.toMatchObject({ code: '42501' });
      await expect(pool.query(`SELECT keep_series('events', 1)`)).rejects.toMatchObject({ code: '22023' });
      await expect(pool.query(`SELECT keep_series('web_vitals', 0)`)).rejects.toMatchObject({ code: '22023' });
    });
  });

  describe('of web vitals', () => {
    const noon = Math.floor(Date.now() / day) * day - day / 2;
    let sent = 0;
    const sample = (given: Partial<VitalSample>): VitalSample => ({
      time: new Date(noon),
      name: 'LCP',
      page: '/agents',
      value: 100,
      rating: 'good',
      sessionId: 's',
      sampleId: `v-${(sent += 1)}`,
      ...given,
    });
    const all = {
      from: new Date(noon - 3_600_000),
      to: new Date(noon + 7_200_000),
      step: null,
      together: false,
      limit: 50,
    };

    beforeAll(() =>
      addVitals(pool, [
        ...Array.from({ length: 100 }, (_, i) =>
          sample({ value: i + 1, rating: i < 80 ? 'good' : 'needs-improvement' }),
        ),
        ...Array.from({ length: 10 }, () => sample({ page: '/runs/:id', value: 5_000, rating: 'poor' })),
        sample({ name: 'CLS', value: 0.02, time: new Date(noon + 3_600_000) }),
        // The same page view, twice.
        sample({ name: 'INP', sampleId: 'inp', value: 40 }),
        sample({ name: 'INP', sampleId: 'inp', value: 90, time: new Date(noon + 1_000) }),
        sample({ name: 'INP', sampleId: 'inp', value: 500, rating: 'poor', sessionId: 'another' }),
      ]),
    );

    it('are counted, with quantiles and shares, by name and page', async () => {
      const found = await summariseVitals(pool, { ...all, name: 'LCP' });
      const time = all.from.toISOString();
      expect(found).toEqual([
        {
          name: 'LCP',
          page: '/agents',
          time,
          count: 100,
          p50: 50.5,
          p75: 75.25,
          p95: 95.05,
          ratings: { good: 0.8, 'needs-improvement': 0.2, poor: 0 },
        },
        expect.objectContaining({
          page: '/runs/:id',
          count: 10,
          p50: 5_000,
          ratings: { good: 0, 'needs-improvement': 0, poor: 1 },
        }),
      ]);
    });

    it('count a measurement that came again once, with its last value', async () => {
      expect(await summariseVitals(pool, { ...all, name: 'INP' })).toMatchObject([{ count: 2, p50: 295 }]);
    });

    it('are put into buckets of time, and pages together', async () => {
      const hourly = await summariseVitals(pool, { ...all, step: 3600 });
      expect(hourly.map(({ name, page, time, count }) => [name, page, Date.parse(time) - noon, count])).toEqual([
        ['CLS', '/agents', 3_600_000, 1],
        ['INP', '/agents', 0, 2],
        ['LCP', '/agents', 0, 100],
        ['LCP', '/runs/:id', 0, 10],
      ]);
      const together = await summariseVitals(pool, { ...all, name: 'LCP', together: true, limit: 1 });
      expect(together).toMatchObject([{ page: null, count: 110 }]);
      expect(await summariseVitals(pool, { ...all, name: 'LCP', limit: 1 })).toMatchObject([{ page: '/agents' }]);
      expect(await summariseVitals(pool, { ...all, page: '/runs/:id' })).toMatchObject([{ count: 10 }]);
      expect(await summariseVitals(pool, { ...all, to: new Date(noon) })).toEqual([]);
    });

    it('are written together, and dropped and counted where Postgres is away', async () => {
      const counted = new Counter({ name: 'vitals', help: 'x', labelNames: ['outcome'], registers: [new Registry()] });
      const nowhere = createPool('postgres://nobody@127.0.0.1:1/none', silent);
      for (const db of [pool, nowhere]) {
        const intake = new VitalsIntake(db, new SeriesUpkeep(db, 'web_vitals', 7, silent), counted, silent);
        const stop = new AbortController();
        const running = intake.run(stop.signal);
        for (let i = 0; i < 5_010; i += 1) intake.add(sample({ page: '/intake' }));
        stop.abort();
        await running;
      }
      await nowhere.end();
      const { values } = await counted.get();
      expect(Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]))).toEqual({
        stored: 5_000,
        dropped: 5_020,
      });
      expect(await summariseVitals(pool, { ...all, page: '/intake' })).toMatchObject([{ count: 5_000 }]);
    });
  });

  describe('of metrics', () => {
    /** A process, as its next one after a restart would be too. */
    function processOf(role: string, instance: string) {
      const registry = new Registry();
      registry.setDefaultLabels({ role });
      const registers = [registry];
      const sampler = new MetricSampler(
        role,
        registry,
        pool,
        new SeriesUpkeep(pool, 'metric_samples', 7, silent),
        instance,
      );
      return {
        counter: new Counter({ name: 'ymera_done_total', help: 'Done.', labelNames: ['kind', 'outcome'], registers }),
        gauge: new Gauge({ name: 'ymera_open', help: 'Open.', labelNames: ['kind'], registers }),
        histogram: new Histogram({
          name: 'ymera_took_seconds',
          help: 'Took.',
          labelNames: ['route'],
          buckets: [1, 2, 4],
          registers,
        }),
        sampler,
      };
    }
    const span = (): Pick<SeriesQuery, 'from' | 'to' | 'step' | 'limit' | 'by'> => {
      const now = Math.ceil(Date.now() / 60_000) * 60_000;
      return { from: new Date(now - 3_600_000), to: new Date(now), step: 31_536_000, limit: 20, by: null };
    };
    /** One step holds all of this test: the sum over its buckets of time, by labels. */
    const sums = async (query: Pick<SeriesQuery, 'name' | 'reading'> & Partial<SeriesQuery>) => {
      const { series } = await readSeries(pool, { ...span(), ...query });
      return series.map(({ labels, points }) => [labels, points.reduce((sum, [, value]) => sum + value, 0)]);
    };

    beforeAll(async () => {
      const one = processOf('api', 'a:1');
      one.counter.inc({ kind: 'flags', outcome: 'accepted' }, 5);
      one.counter.inc({ kind: 'flags', outcome: 'rejected' }, 1);
      one.gauge.set({ kind: 'flags' }, 4);
      await one.sampler.round();
      one.counter.inc({ kind: 'flags', outcome: 'accepted' }, 2);
      one.gauge.set({ kind: 'flags' }, 8);
      for (let i = 0; i < 100; i += 1) one.histogram.observe({ route: '/a' }, i < 90 ? 1.5 : 3);
      await one.sampler.round();
      // The same process after a restart: its counters begin anew.
      const again = processOf('api', 'a:1');
      again.counter.inc({ kind: 'flags', outcome: 'accepted' }, 3);
      again.histogram.observe({ route: '/b' }, 9);
      await again.sampler.round();
      const other = processOf('worker', 'b:1');
      other.counter.inc({ kind: 'devops', outcome: 'accepted' }, 100);
      other.gauge.set({ kind: 'flags' }, 1);
      await other.sampler.round();
    });

    it('has what there is by name', async () => {
      const names = await listNames(pool, 7);
      expect(names.map(({ name, type }) => [name, type])).toEqual([
        ['ymera_done_total', 'counter'],
        ['ymera_metric_samples_total', 'counter'],
        ['ymera_open', 'gauge'],
        ['ymera_took_seconds', 'histogram'],
      ]);
      expect(await findName(pool, 'ymera_took_seconds_count')).toMatchObject({
        name: 'ymera_took_seconds',
        bounds: [1, 2, 4],
      });
      expect(await findName(pool, 'ymera_open_count')).toBeNull();
      expect(await findName(pool, 'nonsense')).toBeNull();
    });

    it('adds up what counters grew by, over restarts and processes', async () => {
      const done = { name: 'ymera_done_total', reading: 'growth' } as const;
      expect(await sums(done)).toEqual([
        [{ kind: 'devops', outcome: 'accepted', role: 'worker' }, 100],
        [{ kind: 'flags', outcome: 'accepted', role: 'api' }, 10],
        [{ kind: 'flags', outcome: 'rejected', role: 'api' }, 1],
      ]);
      expect(await sums({ ...done, by: ['kind'] })).toEqual([
        [{ kind: 'devops' }, 100],
        [{ kind: 'flags' }, 11],
      ]);
      expect(await sums({ ...done, by: [] })).toEqual([[{}, 111]]);
      expect(await readSeries(pool, { ...span(), ...done, limit: 1 })).toMatchObject({
        total: 3,
        series: [{ labels: { kind: 'devops' } }],
      });
    });

    it('tells rates per second, and counters as they stand', async () => {
      const { series } = await readSeries(pool, {
        ...span(),
        name: 'ymera_done_total',
        reading: 'rate',
        by: [],
        step: 10,
      });
      const points = filled(series[0] ?? { labels: {}, points: [] }, 10, Date.now()).points;
      expect(points.reduce((sum, [, value]) => sum + value * 10, 0)).toBeCloseTo(111);
      for (const [time] of points) expect(time % 10_000).toBe(0);
      const latest = await sums({ name: 'ymera_done_total', reading: 'latest', by: ['outcome', 'kind'] });
      expect(latest).toContainEqual([{ kind: 'devops', outcome: 'accepted', role: 'worker', instance: 'b:1' }, 100]);
    });

    it('tells gauges of each process as means', async () => {
      expect(await sums({ name: 'ymera_open', reading: 'mean' })).toEqual([
        [{ kind: 'flags', role: 'api', instance: 'a:1' }, 6],
        [{ kind: 'flags', role: 'worker', instance: 'b:1' }, 1],
      ]);
    });

    it('tells quantiles, of the largest histograms with all their buckets', async () => {
      const buckets = { ...span(), name: 'ymera_took_seconds_bucket', reading: 'growth' } as const;
      const of = async (quantile: number, limit: number, by: string[] | null) => {
        const { series, total } = await readSeries(pool, { ...buckets, limit, by });
        return [quantiles(series, [1, 2, 4], quantile).map(({ labels, points }) => [labels, points[0]?.[1]]), total];
      };
      expect(await of(0.95, 20, null)).toEqual([
        [
          [{ role: 'api', route: '/a' }, 3],
          [{ role: 'api', route: '/b' }, 4],
        ],
        2,
      ]);
      expect(await of(0.45, 1, ['route', 'le'])).toEqual([[[{ route: '/a' }, 1.5]], 2]);
    });

    it('go when they are too old, as partitions or as chunks of TimescaleDB, and by nobody but their owner', async () => {
      const { rows } = await owner.query<{ hypertable: boolean }>(
        `SELECT hypertable FROM time_series WHERE name = 'metric_samples'`,
      );
      for (const ago of [9, 6]) {
        if (!rows[0]?.hypertable) await makeOld('metric_samples', ago);
        await owner.query(
          `INSERT INTO metric_samples VALUES (now() - make_interval(days => $1), 'api', 'old', 'ymera_old', '{}', $1)`,
          [ago],
        );
      }
      await expect(pool.query('DELETE FROM metric_samples')).rejects.toMatchObject({ code: '42501' });
      await new SeriesUpkeep(pool, 'metric_samples', 7, silent).ensure();
      const { rows: left } = await pool.query(`SELECT value FROM metric_samples WHERE name = 'ymera_old'`);
      expect(left).toEqual([{ value: 6 }]);
      if (!rows[0]?.hypertable) expect(await daysOf('metric_samples')).toEqual([-6, -2, -1, 0, 1, 2]);
    });
  });
});
