import type { MessageType } from '../../../../actors/core/event';
import type { components } from '../../../../generated/api-types';

export type Density = components['schemas']['EventHistogram'];
type Bucket = Density['buckets'][number];
export type By = 'sequence' | 'time';

/** Into how many parts a history is cut. */
export const slices = 120;
/** The highest bar's share of the strip. */
const tallest = 0.9;

/** One bar: shares of the strip's width and height, from 0 to 1. */
export interface Bar {
  x: number;
  width: number;
  bucket: Bucket;
  /** From the bottom up, `y` from the top. */
  parts: { type: MessageType; y: number; height: number }[];
}

const ms = (iso: string): number => Date.parse(iso);
const total = ({ counts }: Bucket): number => counts.EVENT + counts.NOTIFICATION + counts.RESPONSE;

/** From the first event to the last: numbers, or ms since 1970. */
export interface Scale {
  by: By;
  from: number;
  to: number;
}

/** @param head number and time of the last event, which the ledger may not have yet */
export function scaleOf(
  buckets: readonly Bucket[],
  by: By,
  first: number,
  head: { sequence: number; time: string },
): Scale {
  if (by === 'sequence') return { by, from: first, to: Math.max(head.sequence, first) };
  const from = ms(buckets[0]?.begins ?? head.time);
  return { by, from, to: Math.max(ms(head.time), from) };
}

/** Where a number or a time is on the scale, from 0 to 1. */
export function placeOf(scale: Scale, value: number): number {
  return scale.to === scale.from ? 1 : Math.min(1, Math.max(0, (value - scale.from) / (scale.to - scale.from)));
}

/**
 * Bars for a strip. By time a bar is as high as many events there are, by number as they came fast; of roots and logarithms, so that
 * what is small is seen beside what is large.
 */
export function barsOf(scale: Scale, buckets: readonly Bucket[]): Bar[] {
  const weight = (bucket: Bucket): number =>
    scale.by === 'time'
      ? Math.sqrt(total(bucket))
      : Math.log1p((1_000 * total(bucket)) / Math.max(1, ms(bucket.ends) - ms(bucket.begins)));
  const most = Math.max(...buckets.map(weight), Number.MIN_VALUE);
  const last = buckets.at(-1);
  const end = scale.by === 'time' ? ms(last?.ends ?? '') : (last?.to ?? 0) + 1;
  const step = (end - scale.from) / slices;
  return buckets.map((bucket) => {
    const x = placeOf(scale, scale.from + bucket.index * step);
    const width = Math.max(1 / slices / 2, placeOf(scale, scale.from + (bucket.index + 1) * step) - x);
    return { x, width, bucket, parts: partsOf(bucket, Math.max(0.08, weight(bucket) / most) * tallest) };
  });
}

function partsOf(bucket: Bucket, height: number): Bar['parts'] {
  const parts: Bar['parts'] = [];
  let y = 1;
  for (const type of ['EVENT', 'NOTIFICATION', 'RESPONSE'] as const) {
    const part = (bucket.counts[type] / Math.max(1, total(bucket))) * height;
    y -= part;
    if (part > 0) parts.push({ type, y, height: part });
  }
  return parts;
}

/** About which event was the last at a time, in ms since 1970: between two that are known it goes straight. */
export function sequenceNear(buckets: readonly Bucket[], time: number, head: number): number {
  const at = buckets.findIndex(({ ends }) => ms(ends) >= time);
  const bucket = buckets[at];
  if (!bucket) return head;
  if (time < ms(bucket.begins)) return Math.max(bucket.from - 1, buckets[0]?.from ?? 1);
  return Math.floor(between(time, ms(bucket.begins), ms(bucket.ends), bucket.from, bucket.to));
}

/** About when an event was, in ms since 1970. */
export function timeNear(buckets: readonly Bucket[], sequence: number, head: { time: string }): number {
  const bucket = buckets.find(({ to }) => to >= sequence);
  if (!bucket) return ms(head.time);
  return between(sequence, bucket.from, bucket.to, ms(bucket.begins), ms(bucket.ends));
}

function between(value: number, a: number, b: number, x: number, y: number): number {
  return a === b ? y : x + ((value - a) / (b - a)) * (y - x);
}
