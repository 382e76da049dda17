import { barsOf, placeOf, scaleOf, sequenceNear, slices, timeNear, type Density } from './density';

const iso = (ms: number): string => new Date(ms).toISOString();
const bucket = (index: number, from: number, to: number, begins: number, ends: number) => ({
  index,
  from,
  to,
  begins: iso(begins),
  ends: iso(ends),
  counts: { EVENT: to - from, NOTIFICATION: 1, RESPONSE: 0 },
});
/** 100 events in the first second, none until the last. */
const buckets: Density['buckets'] = [bucket(0, 1, 100, 0, 1_000), bucket(slices - 1, 101, 104, 119_000, 120_000)];
const head = { sequence: 104, time: iso(120_000) };

describe('the density of a history', () => {
  it('leads from a time to an event and back', () => {
    expect(sequenceNear(buckets, 500, 104)).toBe(50);
    expect(sequenceNear(buckets, 60_000, 104)).toBe(100);
    expect(sequenceNear(buckets, 120_001, 104)).toBe(104);
    expect(sequenceNear(buckets, -1, 104)).toBe(1);
    expect(timeNear(buckets, 100, head)).toBe(1_000);
    expect(timeNear(buckets, 200, head)).toBe(120_000);
    expect(timeNear([], 1, head)).toBe(120_000);
  });

  it('is drawn by time where there were events, and stacked by what they are', () => {
    const scale = scaleOf(buckets, 'time', 1, head);
    const [first, last] = barsOf(scale, buckets);
    expect(first?.x).toBe(0);
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBeCloseTo(1);
    expect(first?.parts.map(({ type }) => type)).toEqual(['EVENT', 'NOTIFICATION']);
    const tops = [first, last].map((bar) => bar?.parts.at(-1)?.y ?? 1);
    expect(tops[0]).toBeLessThan(tops[1] ?? 0);
    expect(barsOf(scaleOf([], 'time', 1, head), [])).toEqual([]);
  });

  it('has a place for each number, also of one event alone', () => {
    expect(placeOf(scaleOf(buckets, 'sequence', 5, { ...head, sequence: 105 }), 55)).toBe(0.5);
    expect(placeOf(scaleOf(buckets, 'sequence', 1, { ...head, sequence: 1 }), 1)).toBe(1);
  });
});
