import type { Queryable } from './queryable';

export interface MetricName {
  name: string;
  /** `counter`, `gauge` or `histogram`. */
  type: string;
  help: string;
  /** Upper bounds of a histogram's buckets, ascending, without the last one, which has none. */
  bounds?: number[];
}

/** What a metric was at one moment in one process. */
export interface MetricSample {
  name: string;
  labels: Record<string, string>;
  /** As it stands; of a bucket only what is in it, not what is below it as well. */
  value: number;
  /** By how much a counter has grown since it was last written; null for a gauge. */
  increase: number | null;
}

export interface SampledBy {
  role: string;
  instance: string;
  time: Date;
}

/** @throws the error of Postgres; none of them is stored then */
export async function addSamples(
  db: Queryable,
  { role, instance, time }: SampledBy,
  samples: readonly MetricSample[],
): Promise<void> {
  await db.query(
    `INSERT INTO metric_samples (time, role, instance, name, labels, value, increase)
     SELECT $1, $2, $3, * FROM unnest($4::text[], $5::jsonb[], $6::double precision[], $7::double precision[])`,
    [
      time,
      role,
      instance,
      samples.map(({ name }) => name),
      samples.map(({ labels }) => JSON.stringify(labels)),
      samples.map(({ value }) => value),
      samples.map(({ increase }) => increase),
    ],
  );
}

/** Notes what there is to ask for. */
export async function noteNames(db: Queryable, names: readonly MetricName[]): Promise<void> {
  await db.query(
    // In their order, so that two processes that note the same ones do not wait for each other.
    `INSERT INTO metric_names (name, type, help, bounds)
     SELECT name, type, help, bounds FROM jsonb_to_recordset($1) AS given (name text, type text, help text, bounds double precision[])
     ORDER BY name
     ON CONFLICT (name) DO UPDATE SET type = excluded.type, help = excluded.help,
       bounds = coalesce(excluded.bounds, metric_names.bounds), seen_at = now()`,
    [JSON.stringify(names)],
  );
}

/** What was measured within so many days, by name. `seenAt` is ISO 8601, to the hour. */
export async function listNames(db: Queryable, days: number): Promise<(MetricName & { seenAt: string })[]> {
  const { rows } = await db.query<MetricName & { seen_at: Date }>(
    'SELECT name, type, help, seen_at FROM metric_names WHERE seen_at > now() - make_interval(days => $1) ORDER BY name',
    [days],
  );
  return rows.map(({ seen_at, ...name }) => ({ ...name, seenAt: seen_at.toISOString() }));
}

/** The metric that a name is of, or null: of a histogram also with `_count` or `_sum` behind it. */
export async function findName(db: Queryable, name: string): Promise<MetricName | null> {
  const { rows } = await db.query<MetricName & { bounds: number[] | null }>(
    `SELECT name, type, help, bounds FROM metric_names
     WHERE name = $1 OR (type = 'histogram' AND name = regexp_replace($1, '_(count|sum)$', '')) ORDER BY name <> $1 LIMIT 1`,
    [name],
  );
  const [found] = rows;
  if (!found) return null;
  const { bounds, ...metric } = found;
  return bounds === null ? metric : { ...metric, bounds };
}

/** `latest`: as it stands; `mean`: of a gauge; `rate`: per second, of a counter; `growth`: in the step, of a counter. */
export type Reading = 'latest' | 'mean' | 'rate' | 'growth';

export interface SeriesQuery {
  /** Of the rows: of a histogram with `_sum`, `_count` or `_bucket`. */
  name: string;
  reading: Reading;
  /** Inclusive; `to` is not. */
  from: Date;
  to: Date;
  /** Length of a bucket of time in seconds, counted from 1970. */
  step: number;
  /** Labels that tell series apart; all others are summed up. All of them where it is null. */
  by: readonly string[] | null;
  /** Most series: the largest. */
  limit: number;
}

/** One line. `points`: begin of the bucket in ms since 1970, and the value. */
export interface Series {
  labels: Record<string, string>;
  points: [time: number, value: number][];
}

const inBucket: Record<Reading, string> = {
  latest: '(array_agg(value ORDER BY time DESC))[1]',
  mean: 'avg(value)',
  rate: 'sum(increase) / $6',
  growth: 'sum(increase)',
};

/**
 * Series by their labels, with the role of the process among them; what only makes sense of one process (`latest`, `mean`) with
 * `instance` too. Buckets of time without a sample have no point.
 * @returns the largest ones, and how many there are
 */
export async function readSeries(db: Queryable, query: SeriesQuery): Promise<{ series: Series[]; total: number }> {
  const { name, reading, from, to, step, by, limit } = query;
  const alone = reading === 'latest' || reading === 'mean';
  const { rows } = await db.query<{ labels: Record<string, string>; buckets: Date[]; values: number[]; total: string }>(
    `WITH each AS (
       SELECT labels, role, instance, date_bin(make_interval(secs => $6::double precision), time, $5::timestamptz) AS bucket,
         ${inBucket[reading]} AS value
       FROM metric_samples WHERE name = $1 AND time >= $2 AND time < $3
       GROUP BY labels, role, instance, bucket
     ), named AS (
       SELECT bucket, value, labels || jsonb_build_object('role', role) AS labels, role, instance FROM each
     ), told AS (
       SELECT bucket, value, CASE WHEN $4::text[] IS NULL THEN labels ELSE (
           SELECT coalesce(jsonb_object_agg(key, labels -> key), '{}') FROM unnest($4::text[]) AS key WHERE labels ? key) END
         ${alone ? `|| jsonb_build_object('role', role, 'instance', instance)` : ''} AS labels
       FROM named
     ), summed AS (
       SELECT labels, bucket, sum(value) AS value FROM told GROUP BY labels, bucket
     ), lines AS (
       -- The buckets of a histogram are one line together.
       SELECT labels - 'le' AS line, sum(value) AS size, count(*) OVER () AS total
       FROM summed GROUP BY line ORDER BY size DESC, line LIMIT $7
     )
     SELECT labels, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(value ORDER BY bucket) AS values, total
     FROM summed JOIN lines ON line = labels - 'le' GROUP BY labels, size, total ORDER BY size DESC, labels`,
    [name, from, to, by, new Date(0), step, limit],
  );
  return {
    series: rows.map(({ labels, buckets, values }) => ({
      labels,
      points: buckets.map((bucket, i) => [bucket.getTime(), values[i] as number]),
    })),
    total: Number(rows[0]?.total ?? 0),
  };
}
