import { isSpike, learn, noBaseline, type Baseline } from './rate';

const after = (...counts: number[]): Baseline =>
  counts.reduce((known, count) => learn(known, count, false), noBaseline);
const often = (count: number, times: number): number[] => Array.from({ length: times }, () => count);

describe('the rate of a kind of line', () => {
  it('is no spike before it is known, nor while it is small', () => {
    expect(isSpike(10_000, after(...often(10, 5)), 1)).toBe(false);
    expect(isSpike(10_000, after(...often(10, 6)), 1)).toBe(true);
    expect(isSpike(9, after(...often(0, 20)), 1)).toBe(false);
  });

  it('must be more than chance explains: with a spread of its own, and over all kinds that are looked at', () => {
    const steady = after(...often(10, 30));
    expect([31, 40].map((count) => isSpike(count, steady, 1))).toEqual([true, true]);
    expect(isSpike(29, steady, 1)).toBe(false);
    expect([31, 60].map((count) => isSpike(count, steady, 1_000_000))).toEqual([false, true]);
    const restless = after(...Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? 0 : 20)));
    expect(isSpike(40, restless, 1)).toBe(false);
    expect(isSpike(200, restless, 1)).toBe(true);
  });

  it('tells of none in steady traffic by chance', () => {
    let state = 7;
    const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
    const poisson = (mean: number): number => {
      let [count, product] = [0, random()];
      while (product > Math.exp(-mean)) [count, product] = [count + 1, product * random()];
      return count;
    };
    let [baseline, spikes] = [noBaseline, 0];
    for (let n = 0; n < 20_000; n += 1) {
      const count = poisson(15);
      const spike = isSpike(count, baseline, 1);
      if (spike) spikes += 1;
      baseline = learn(baseline, count, spike);
    }
    expect(spikes).toBe(0);
    expect(baseline.mean).toBeGreaterThan(10);
  });

  it('does not make a spike what is usual', () => {
    const before = after(...often(10, 30));
    expect(learn(before, 10_000, true).mean).toBeLessThan(13);
  });
});
