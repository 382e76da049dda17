import type { Redis } from 'ioredis';
import { Buckets } from './buckets';
import { counter, withFineClock } from './counter';

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

describe('the clock of the buckets in Redis', () => {
  it('has steps that two processes seldom share, and is set right in the answer', async () => {
    const stamps: number[] = [];
    const redis = {
      defineCommand(this: Record<string, unknown>, name: string) {
        this[name] = async (_key: string, now: number, duration: number) => {
          stamps.push(now);
          return [10, Math.floor((now + duration) / 1000), 10];
        };
      },
    } as unknown as Redis;
    const { resetsAt } = await counter({ driver: 'redis', db: withFineClock(redis) }, 'test', 10)('someone');
    expect(Math.abs(resetsAt - Date.now() / 1000 - 60)).toBeLessThan(5);
    const [stamp = NaN] = stamps;
    expect(stamp + 0.0001).toBeGreaterThan(stamp);
    const plain = Date.now();
    expect(plain + 0.0001).toBe(plain);
  });
});
