import type { Pool } from 'pg';
import { Counter, Registry } from 'prom-client';
import { VitalsIntake } from '../../api/vitals-intake';
import { createPool } from '../../infra/postgres/pool';
import { SeriesUpkeep } from '../../infra/postgres/series-upkeep';
import { ownerPool } from '../../tests/_util/owner-pool';
import { startTestServers, type TestServers } from '../../tests/_util/servers';
import { silent } from '../_util/fixtures';
import { migrate } from '../migrate';
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

  describe('have a partition for each day', () => {
    const makeOld = (series: string, ago: number): Promise<unknown> => {
      const from = new Date(Math.floor(Date.now() / day - ago) * day);
      const name = `${series}_${from.toISOString().slice(0, 10).replaceAll('-', '_')}`;
      return owner.query(
        `CREATE TABLE ${name} PARTITION OF ${series}
         FOR VALUES FROM ('${from.toISOString()}') TO ('${new Date(from.getTime() + day).toISOString()}')`,
      );
    };

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
});
