import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { roundOf, type Round } from './metric-samples';

describe('a round of samples', () => {
  let registry: Registry;
  const before = new Map<string, number>();
  const round = async (): Promise<Round> => {
    const found = roundOf(await registry.getMetricsAsJSON(), before);
    for (const [key, value] of found.after) before.set(key, value);
    return found;
  };
  beforeEach(() => {
    registry = new Registry();
    registry.setDefaultLabels({ role: 'api' });
    before.clear();
  });

  it('has counters where they have grown, and says by how much', async () => {
    const counter = new Counter({ name: 'ymera_x_total', help: 'x', labelNames: ['b', 'a'], registers: [registry] });
    expect((await round()).samples).toEqual([]);
    counter.inc({ b: '1', a: '2' }, 3);
    const labels = { a: '2', b: '1' };
    expect((await round()).samples).toEqual([{ name: 'ymera_x_total', labels, value: 3, increase: 3 }]);
    expect((await round()).samples).toEqual([]);
    counter.inc({ a: '2', b: '1' });
    expect((await round()).samples).toEqual([{ name: 'ymera_x_total', labels, value: 4, increase: 1 }]);
  });

  it('tells what a round that was lost would have told', async () => {
    const counter = new Counter({ name: 'ymera_x_total', help: 'x', registers: [registry] });
    counter.inc(3);
    roundOf(await registry.getMetricsAsJSON(), before);
    counter.inc(2);
    expect((await round()).samples).toMatchObject([{ value: 5, increase: 5 }]);
  });

  it('has gauges as they stand, each time', async () => {
    const gauge = new Gauge({ name: 'ymera_g', help: 'x', registers: [registry] });
    gauge.set(7);
    for (const _ of [1, 2])
      expect((await round()).samples).toEqual([{ name: 'ymera_g', labels: {}, value: 7, increase: null }]);
    gauge.set(Number.NaN);
    expect((await round()).samples).toEqual([]);
  });

  it('has of each bucket of a histogram what is in it alone', async () => {
    const histogram = new Histogram({
      name: 'ymera_h',
      help: 'x',
      labelNames: ['route'],
      buckets: [1, 2, 4],
      registers: [registry],
    });
    for (const value of [0.5, 3, 3, 9]) histogram.observe({ route: 'a' }, value);
    const { samples, names } = await round();
    const short = samples.map(({ name, labels, increase }) => [name, labels['le'], increase]);
    expect(short).toEqual([
      ['ymera_h_bucket', '1', 1],
      ['ymera_h_bucket', '4', 2],
      ['ymera_h_bucket', '+Inf', 1],
      ['ymera_h_sum', undefined, 15.5],
      ['ymera_h_count', undefined, 4],
    ]);
    expect(samples[0]?.labels).toEqual({ route: 'a', le: '1' });
    expect(names).toEqual([{ name: 'ymera_h', type: 'histogram', help: 'x', bounds: [1, 2, 4] }]);
    histogram.observe({ route: 'a' }, 1.5);
    expect((await round()).samples.map(({ labels: { le }, increase }) => [le, increase])).toEqual([
      ['2', 1],
      [undefined, 1.5],
      [undefined, 1],
    ]);
  });

  it('has all of Ymera and a few of the process, with bounds', async () => {
    collectDefaultMetrics({ register: registry });
    const gauge = new Gauge({ name: 'ymera_many', help: 'x', labelNames: ['id'], registers: [registry] });
    new Gauge({ name: 'other', help: 'x', registers: [registry] }).set(1);
    for (let id = 0; id < 1_010; id += 1) gauge.set({ id: String(id) }, id);
    const { samples, names, skipped } = await round();
    expect(names.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['ymera_many', 'process_cpu_seconds_total', 'process_resident_memory_bytes']),
    );
    expect(names.map(({ name }) => name)).not.toContain('other');
    expect(samples.filter(({ name }) => name === 'ymera_many')).toHaveLength(1_000);
    expect(skipped).toBe(0);
    for (const name of ['ymera_more', 'ymera_most']) {
      const more = new Gauge({ name, help: 'x', labelNames: ['id'], registers: [registry] });
      for (let id = 0; id < 1_000; id += 1) more.set({ id: String(id) }, id);
    }
    const full = await round();
    expect(full.samples).toHaveLength(2_000);
    expect(full.skipped).toBeGreaterThan(1_000);
  });
});
