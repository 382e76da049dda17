import { compareSamples, holm, isBetter, median } from './compare';
import { mannWhitney } from './mann-whitney';

describe('the Mann-Whitney U test', () => {
  it('has the published values of the documentation of SciPy: ages at which diabetes was found', () => {
    const males = [19, 22, 16, 29, 24];
    const females = [20, 11, 17, 12];
    expect(mannWhitney(females, males).u).toBe(17);
    expect(mannWhitney(females, males).p).toBeCloseTo(0.1111111111, 9);
    expect(mannWhitney(males, females)).toEqual({ u: 3, p: mannWhitney(females, males).p });
  });
  it('has the critical values of the tables: at 5 %, two-sided, U = 23 for 10 and 10, U = 127 for 20 and 20', () => {
    // All of the second sample above the first but for one value that is moved down past `below` of them.
    const withU = (n: number, u: number): number => {
      const before = Array.from({ length: n }, (_, i) => i * 2);
      const after = Array.from({ length: n }, (_, j) => {
        const smaller = Math.max(0, Math.min(n, u - j * n));
        return smaller * 2 - 1 + j / 1000;
      });
      const test = mannWhitney(before, after);
      expect(test.u).toBe(u);
      return test.p;
    };
    expect([withU(10, 23) <= 0.05, withU(10, 24) <= 0.05]).toEqual([true, false]);
    expect([withU(20, 127) <= 0.05, withU(20, 128) <= 0.05]).toEqual([true, false]);
  });
  it('corrects for ties and for continuity where it approximates', () => {
    // U = 13.5, mean 8, variance 16/12 * (9 - 36/56): z = 5/3.3381
    expect(mannWhitney([1, 1, 2, 3], [2, 3, 3, 4]).u).toBe(13.5);
    expect(mannWhitney([1, 1, 2, 3], [2, 3, 3, 4]).p).toBeCloseTo(0.1342, 3);
  });
  it('sees nothing in values that are all the same', () => {
    expect(mannWhitney([5, 5, 5], [5, 5, 5]).p).toBe(1);
  });
});

describe('a comparison', () => {
  const flat = (around: number, n = 12): number[] => Array.from({ length: n }, (_, i) => around + ((i * 7) % 12) / 100);
  const metrics = [
    { name: 'latency', better: 'lower' as const },
    { name: 'throughput', better: 'higher' as const },
  ];
  const thresholds = { alpha: 0.01, minEffect: 0.1 };
  const verdicts = (before: object, after: object) =>
    compareSamples(metrics, before as never, after as never, thresholds).map(({ verdict }) => verdict);

  it('says which way each metric went', () => {
    const before = { latency: flat(10), throughput: flat(100) };
    expect(verdicts(before, { latency: flat(15), throughput: flat(150) })).toEqual(['worse', 'better']);
    expect(verdicts(before, { latency: flat(5), throughput: flat(100) })).toEqual(['better', 'same']);
  });
  it('lets no difference count that is certain and small, or large and uncertain', () => {
    expect(verdicts({ latency: flat(10) }, { latency: flat(10.5) })).toEqual(['same']);
    expect(verdicts({ latency: [1, 9, 5] }, { latency: [50, 2, 60] })).toEqual(['same']);
  });
  it('asks for more where more is looked at', () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
  });
  it('keeps what made something better and nothing worse', () => {
    const before = { latency: flat(10), throughput: flat(100) };
    const keeps = (after: object): boolean => isBetter(compareSamples(metrics, before, after as never, thresholds));
    expect(keeps({ latency: flat(5), throughput: flat(100) })).toBe(true);
    expect(keeps({ latency: flat(5), throughput: flat(50) })).toBe(false);
    expect(keeps({ latency: flat(10), throughput: flat(100) })).toBe(false);
  });
  it('knows the middle', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });
});
