-- Up Migration

-- What the processes have said that they measure.
CREATE TABLE metric_names (
  name text PRIMARY KEY,
  type text NOT NULL,
  help text NOT NULL,
  -- Of a histogram's buckets.
  bounds double precision[],
  seen_at timestamptz NOT NULL DEFAULT now()
);

-- What they have measured, every few seconds. A hypertable where TimescaleDB is there, else with a partition for each day.
DO $$
DECLARE
  timescale boolean := EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb');
BEGIN
  EXECUTE 'CREATE TABLE metric_samples (
    time timestamptz NOT NULL,
    role text NOT NULL,
    instance text NOT NULL,
    name text NOT NULL,
    labels jsonb NOT NULL,
    -- As it stands; of a bucket of a histogram only what is in it, not what is below it as well.
    value double precision NOT NULL,
    -- By how much a counter has grown since this process last wrote it; null for what can shrink.
    increase double precision
  )' || CASE WHEN timescale THEN '' ELSE ' PARTITION BY RANGE (time)' END;
  CREATE INDEX metric_samples_by_name ON metric_samples (name, time);
  IF timescale THEN
    EXECUTE $make$ SELECT create_hypertable('metric_samples', 'time', chunk_time_interval => interval '1 day',
      create_default_indexes => false) $make$;
  END IF;
  INSERT INTO time_series VALUES ('metric_samples', timescale);
END
$$;

SELECT keep_series('metric_samples', 7);
