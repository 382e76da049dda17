/** How a value is felt. */
export type Rating = 'good' | 'needs-improvement' | 'poor';

/** One web vital, as `POST /api/v1/metrics/frontend` takes it. */
export interface VitalSample {
  name: 'CLS' | 'FCP' | 'FID' | 'INP' | 'LCP' | 'TTFB';
  /** In ms; of CLS without a unit. */
  value: number;
  /** Of the measurement. */
  id: string;
  /** Of the tab, made by chance. */
  sessionId: string;
  rating: Rating;
  /** ms since 1970. */
  timestamp: number;
  /** Origin and path: what follows them may name what somebody looked for. */
  url: string;
}

/** Without query and fragment. */
export function placeOf({ origin, pathname }: Pick<Location, 'origin' | 'pathname'>): string {
  return `${origin}${pathname}`;
}

/** How a first input delay is felt, by the bounds that are usual for it. @param ms */
export function fidRating(ms: number): Rating {
  if (ms <= 100) return 'good';
  return ms <= 300 ? 'needs-improvement' : 'poor';
}
