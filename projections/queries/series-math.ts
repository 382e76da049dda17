import type { Series } from './metric-samples';

/**
 * The same series with a 0 in each bucket of time where nothing was counted, from its first point on to the last bucket that has ended.
 * @param step in seconds @param end in ms since 1970
 */
export function filled({ labels, points }: Series, step: number, end: number): Series {
  const stepMs = step * 1000;
  const first = points[0]?.[0];
  if (first === undefined) return { labels, points };
  const values = new Map(points);
  const last = Math.max(points.at(-1)?.[0] ?? first, Math.floor(end / stepMs) * stepMs - stepMs);
  const count = Math.round((last - first) / stepMs) + 1;
  const times = Array.from({ length: count }, (_, i) => first + i * stepMs);
  return { labels, points: times.map((time) => [time, values.get(time) ?? 0]) };
}

/**
 * Quantiles of a histogram out of what was counted in each of its buckets, each a series with its upper bound as label `le`. Within a
 * bucket values are taken as spread evenly; of what lies beyond the last bound, that bound is told.
 * @param bounds of all buckets but the last one, ascending
 * @param quantile from 0 to 1
 */
export function quantiles(buckets: readonly Series[], bounds: readonly number[], quantile: number): Series[] {
  const groups = new Map<string, { labels: Record<string, string>; times: Map<number, Map<number, number>> }>();
  for (const { labels: all, points } of buckets) {
    const { le, ...labels } = all;
    const key = JSON.stringify(labels);
    const group = groups.get(key) ?? { labels, times: new Map<number, Map<number, number>>() };
    groups.set(key, group);
    const bound = le === '+Inf' ? Infinity : Number(le);
    for (const [time, count] of points) {
      const counts = group.times.get(time) ?? new Map<number, number>();
      group.times.set(time, counts.set(bound, count));
    }
  }
  return [...groups.values()].map(({ labels, times }) => ({
    labels,
    points: [...times].sort(([a], [b]) => a - b).map(([time, counts]) => [time, quantileOf(bounds, counts, quantile)]),
  }));
}

function quantileOf(bounds: readonly number[], counts: ReadonlyMap<number, number>, quantile: number): number {
  let rest = quantile * [...counts.values()].reduce((sum, count) => sum + count, 0);
  let lower = 0;
  for (const bound of bounds) {
    const count = counts.get(bound) ?? 0;
    if (count > 0 && rest <= count) return lower + ((bound - lower) * rest) / count;
    rest -= count;
    lower = bound;
  }
  return lower;
}
