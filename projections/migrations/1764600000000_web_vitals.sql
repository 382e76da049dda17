-- Up Migration

-- Tables of points in time: a partition for each day (UTC), which goes as a whole when it is too old. A hypertable is
-- TimescaleDB's, and has chunks instead.
CREATE TABLE time_series (
  name text PRIMARY KEY,
  hypertable boolean NOT NULL DEFAULT false
);

-- What browsers have measured of the console's pages.
CREATE TABLE web_vitals (
  time timestamptz NOT NULL,
  name text NOT NULL,
  -- A path without ids, query and fragment.
  page text NOT NULL,
  value double precision NOT NULL,
  rating text NOT NULL,
  session_id text NOT NULL,
  -- One page view's measurement; it may come again with a later value.
  sample_id text NOT NULL
) PARTITION BY RANGE (time);
CREATE INDEX web_vitals_by_name ON web_vitals (name, time);
INSERT INTO time_series (name) VALUES ('web_vitals');

-- Makes the partitions of a series around this day, and drops those that ended more than so many days ago. False where
-- something was left for a later try.
CREATE FUNCTION keep_series(series text, days integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  is_hypertable boolean;
  today date := (now() AT TIME ZONE 'UTC')::date;
  day date;
  partition text;
BEGIN
  SELECT hypertable INTO is_hypertable FROM time_series WHERE name = series;
  IF is_hypertable IS NULL OR days < 1 THEN
    RAISE EXCEPTION 'no time series % is kept for % days', series, days USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF is_hypertable THEN
    EXECUTE format('SELECT drop_chunks(%L::regclass, older_than => %L::timestamptz)', series, now() - make_interval(days => days));
    RETURN true;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('time series: ' || series, 0));
  -- What is measured before midnight may come after it.
  FOR day IN SELECT today + n FROM generate_series(-least(days, 2), 2) AS n LOOP
    partition := series || to_char(day, '_YYYY_MM_DD');
    CONTINUE WHEN to_regclass(quote_ident(partition)) IS NOT NULL;
    -- Attached rather than made in its place: that waits for no reader and no writer of the series.
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS)', partition, series);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', series, partition,
      day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
  END LOOP;
  -- It waits for every statement on the series, and all others wait for it: rather a later try.
  PERFORM set_config('lock_timeout', '300ms', true);
  FOR partition IN
    SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = to_regclass(quote_ident(series))
      AND to_date(right(relname, 10), 'YYYY_MM_DD') + 1 + days <= today
    ORDER BY relname
  LOOP
    BEGIN
      EXECUTE format('DROP TABLE %I', partition);
    EXCEPTION WHEN lock_not_available THEN
      RETURN false;
    END;
  END LOOP;
  RETURN true;
END
$$;

-- What runs with its owner's rights finds no table that somebody else has put in its way.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION keep_series(text, integer) SET search_path = %I, pg_temp', current_schema());
  REVOKE EXECUTE ON FUNCTION keep_series(text, integer) FROM PUBLIC;
END
$$;

SELECT keep_series('web_vitals', 30);
