import { FreshCache } from './fresh-cache';

describe('a fresh cache', () => {
  let now: number;
  let value: string;
  let reads: number;
  let down: boolean;
  let cache: FreshCache<string>;

  beforeEach(() => {
    [now, value, reads, down] = [1_000_000, 'a', 0, false];
    const read = async (): Promise<string> => {
      reads += 1;
      if (down) throw new Error('down');
      return value;
    };
    cache = new FreshCache(read, () => now);
  });

  it('asks once for many, and again after two seconds', async () => {
    expect(await Promise.all([cache.get('x'), cache.get('x')])).toEqual(['a', 'a']);
    value = 'b';
    now += 1_999;
    expect(await cache.get('x')).toBe('a');
    now += 1;
    expect(await cache.get('x')).toBe('b');
    expect(reads).toBe(2);
  });

  it('goes on with what it knows for a minute while nothing is to be had, and no longer', async () => {
    await cache.get('x');
    down = true;
    await expect(cache.get('y')).rejects.toMatchObject({ code: 'unavailable' });
    now += 59_999;
    expect(await cache.get('x')).toBe('a');
    now += 1;
    await expect(cache.get('x')).rejects.toMatchObject({ code: 'unavailable', status: 503 });
  });

  it('forgets at once, also what is on its way', async () => {
    let answer: (value: string) => void = () => undefined;
    const slow = new FreshCache<string>(() => new Promise((resolve) => (answer = resolve)));
    const before = slow.get('x');
    const stale = answer;
    slow.clear();
    const after = slow.get('x');
    answer('new');
    stale('old');
    expect([await before, await after, await slow.get('x')]).toEqual(['old', 'new', 'new']);
  });
});
