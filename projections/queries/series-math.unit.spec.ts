import { filled, quantiles } from './series-math';

const labels = { route: 'a' };

describe('a rate', () => {
  it('is 0 where nothing was counted, from the first point on to the last bucket that has ended', () => {
    const line = {
      labels,
      points: [
        [20_000, 2],
        [50_000, 5],
      ] as [number, number][],
    };
    expect(filled(line, 10, 79_999).points).toEqual([
      [20_000, 2],
      [30_000, 0],
      [40_000, 0],
      [50_000, 5],
      [60_000, 0],
    ]);
    expect(filled(line, 10, 30_000).points.at(-1)).toEqual([50_000, 5]);
    expect(filled({ labels, points: [] }, 10, 30_000).points).toEqual([]);
  });
});

describe('a quantile of a histogram', () => {
  const bucket = (le: string, count: number, time = 0, of: Record<string, string> = labels) => ({
    labels: { ...of, le },
    points: [[time, count]] as [number, number][],
  });
  const p = (quantile: number, ...buckets: ReturnType<typeof bucket>[]) =>
    quantiles(buckets, [1, 2, 4], quantile)[0]?.points[0]?.[1];

  it('lies within its bucket as far as its part of what is in it', () => {
    expect(p(0.5, bucket('2', 10))).toBe(1.5);
    expect(p(0.95, bucket('4', 100))).toBeCloseTo(3.9);
    expect(p(0, bucket('4', 10))).toBe(2);
    expect(p(1, bucket('1', 5), bucket('4', 5))).toBe(4);
    expect(p(0.5, bucket('1', 5), bucket('4', 5))).toBe(1);
    expect(p(0.75, bucket('1', 5), bucket('4', 5))).toBe(3);
  });

  it('is the last bound where it lies beyond', () => {
    expect(p(0.95, bucket('1', 1), bucket('+Inf', 9))).toBe(4);
  });

  it('is told of each series and time', () => {
    const other = { route: 'b' };
    expect(quantiles([bucket('2', 1, 10), bucket('1', 1, 0), bucket('4', 1, 10, other)], [1, 2, 4], 0.5)).toEqual([
      {
        labels,
        points: [
          [0, 0.5],
          [10, 1.5],
        ],
      },
      { labels: other, points: [[10, 3]] },
    ]);
  });
});
