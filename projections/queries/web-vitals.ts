import type { Queryable } from './queryable';

export const vitalNames = ['CLS', 'LCP', 'FID', 'FCP', 'TTFB', 'INP'] as const;
export type VitalName = (typeof vitalNames)[number];

export const vitalRatings = ['good', 'needs-improvement', 'poor'] as const;
export type VitalRating = (typeof vitalRatings)[number];

/** What a browser has measured once. CLS has no unit; all others are in ms. */
export interface VitalSample {
  time: Date;
  name: VitalName;
  /** A path without ids. */
  page: string;
  value: number;
  rating: VitalRating;
  sessionId: string;
  sampleId: string;
}

export interface VitalsQuery {
  name?: VitalName;
  page?: string;
  /** Inclusive; `to` is not. */
  from: Date;
  to: Date;
  /** Length of a bucket in seconds, counted from 1970; one bucket for all where it is null. */
  step: number | null;
  /** All pages as one. */
  together: boolean;
  /** Most pages: those with most samples. */
  limit: number;
}

/** Samples of one vital, one page and one bucket of time. */
export interface VitalSummary {
  name: VitalName;
  /** Null where all pages are taken together. */
  page: string | null;
  /** Begin of the bucket, ISO 8601. */
  time: string;
  count: number;
  p50: number;
  p75: number;
  p95: number;
  /** Shares, from 0 to 1. */
  ratings: Record<VitalRating, number>;
}

/** @throws the error of Postgres; none of them is stored then */
export async function addVitals(db: Queryable, samples: readonly VitalSample[]): Promise<void> {
  await db.query(
    `INSERT INTO web_vitals (time, name, page, value, rating, session_id, sample_id)
     SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::double precision[], $5::text[], $6::text[], $7::text[])`,
    [
      samples.map(({ time }) => time),
      samples.map(({ name }) => name),
      samples.map(({ page }) => page),
      samples.map(({ value }) => value),
      samples.map(({ rating }) => rating),
      samples.map(({ sessionId }) => sessionId),
      samples.map(({ sampleId }) => sampleId),
    ],
  );
}

interface Row {
  name: VitalName;
  page: string | null;
  bucket: Date;
  count: number;
  quantiles: [number, number, number];
  good: number;
  needs_improvement: number;
  poor: number;
}

/** Summaries by name, page and bucket, in this order. A measurement that came more than once counts with its last value. */
export async function summariseVitals(db: Queryable, query: VitalsQuery): Promise<VitalSummary[]> {
  const { name = null, page = null, from, to, step, together, limit } = query;
  const { rows } = await db.query<Row>(
    `WITH samples AS (
       SELECT DISTINCT ON (name, session_id, sample_id) name, page, time, value, rating
       FROM web_vitals
       WHERE time >= $1 AND time < $2 AND ($3::text IS NULL OR name = $3) AND ($4::text IS NULL OR page = $4)
       ORDER BY name, session_id, sample_id, time DESC
     ), pages AS (
       SELECT page FROM samples GROUP BY page ORDER BY count(*) DESC, page LIMIT CASE WHEN $7 THEN NULL ELSE $8::bigint END
     ), placed AS (
       SELECT name, CASE WHEN $7 THEN NULL ELSE page END AS page, value, rating,
         CASE WHEN $5::double precision IS NULL THEN $1::timestamptz
           ELSE date_bin(make_interval(secs => $5), time, $6::timestamptz) END AS bucket
       FROM samples JOIN pages USING (page)
     )
     SELECT name, page, bucket, count(*)::integer AS count,
       percentile_cont(ARRAY[0.5, 0.75, 0.95]) WITHIN GROUP (ORDER BY value) AS quantiles,
       (count(*) FILTER (WHERE rating = 'good'))::integer AS good,
       (count(*) FILTER (WHERE rating = 'needs-improvement'))::integer AS needs_improvement,
       (count(*) FILTER (WHERE rating = 'poor'))::integer AS poor
     FROM placed GROUP BY name, page, bucket ORDER BY name, page, bucket`,
    [from, to, name, page, step, new Date(0), together, limit],
  );
  return rows.map(present);
}

function present({ name, page, bucket, count, quantiles: [p50, p75, p95], ...ratings }: Row): VitalSummary {
  const share = (part: number): number => Math.round((part / count) * 10_000) / 10_000;
  return {
    name,
    page,
    time: bucket.toISOString(),
    count,
    p50,
    p75,
    p95,
    ratings: {
      good: share(ratings.good),
      'needs-improvement': share(ratings.needs_improvement),
      poor: share(ratings.poor),
    },
  };
}
