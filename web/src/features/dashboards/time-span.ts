/** How far back a board looks, and how often it looks again: both in the address. */

export const spans = {
  '15m': { label: '15 minutes', seconds: 900 },
  '1h': { label: 'Hour', seconds: 3_600 },
  '6h': { label: '6 hours', seconds: 21_600 },
  '24h': { label: 'Day', seconds: 86_400 },
  '7d': { label: 'Week', seconds: 604_800 },
} as const;
export type SpanName = keyof typeof spans;

/** In ms; 0 is never. */
export const refreshes = { off: 0, '10s': 10_000, '30s': 30_000, '1m': 60_000 } as const;
export type RefreshName = keyof typeof refreshes;

const defaults = { span: '1h', refresh: '30s' } as const;
/** Points of one line: about as many as can be told apart. */
const points = 120;
/** In each step there must be a sample, also where one comes late: they are taken every 15 s. */
const leastStep = 30;

export interface Viewing {
  span: SpanName;
  refresh: RefreshName;
}

/** What an address says; what it does not say, or says wrongly, is as it is by default. */
export function viewingOf(search: URLSearchParams): Viewing {
  const span = search.get('span') ?? '';
  const refresh = search.get('refresh') ?? '';
  return {
    span: Object.hasOwn(spans, span) ? (span as SpanName) : defaults.span,
    refresh: Object.hasOwn(refreshes, refresh) ? (refresh as RefreshName) : defaults.refresh,
  };
}

/** For the address: only what is not so by default. */
export function searchOf({ span, refresh }: Viewing): Record<string, string> {
  return { ...(span === defaults.span ? {} : { span }), ...(refresh === defaults.refresh ? {} : { refresh }) };
}

export interface Window {
  /** ISO 8601, as the API takes them; both on whole steps. */
  from: string;
  to: string;
  /** In seconds. */
  step: number;
}

/** The time that ends with the step that is under way. @param least the shortest step that may be asked for, in seconds @param now ms since 1970 */
export function windowOf(span: SpanName, now: number, least = leastStep): Window {
  const { seconds } = spans[span];
  const step = Math.max(least, Math.ceil(seconds / points / leastStep) * leastStep);
  const to = Math.ceil(now / 1_000 / step) * step;
  return { from: iso(to - Math.ceil(seconds / step) * step), to: iso(to), step };
}

function iso(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}
