import { Buckets } from './buckets';
import { counter } from './counter';

describe('buckets in memory', () => {
  it('are bounded: those that began longest ago go first', () => {
    const buckets = new Buckets(3);
    for (const key of ['a', 'b', 'c']) buckets.set(key, {});
    buckets.set('a', {}).set('d', {});
    expect([...buckets.keys()]).toEqual(['c', 'a', 'd']);
  });

  it('count calls at once exactly', async () => {
    const count = counter({ driver: 'memory', db: new Buckets(10) }, 'test', 5);
    const found = await Promise.all(Array.from({ length: 12 }, () => count('someone')));
    expect(found.map(({ allowed }) => allowed)).toEqual(Array.from({ length: 12 }, (_, i) => i < 5));
    expect(found.slice(0, 5).map(({ remaining }) => remaining)).toEqual([4, 3, 2, 1, 0]);
    expect((await count('somebody else')).allowed).toBe(true);
  });
});
