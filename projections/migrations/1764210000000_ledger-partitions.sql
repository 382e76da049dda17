-- Up Migration

-- However many records there are to move.
SET LOCAL statement_timeout = 0;

ALTER TABLE events RENAME TO events_before;
ALTER INDEX events_pkey RENAME TO events_before_pkey;
DROP INDEX events_by_position, events_by_time, events_by_type;

-- The audit ledger: every record of every agent, as it was hashed; a partition for each month (UTC).
CREATE TABLE events (
  agent_id text NOT NULL,
  sequence bigint NOT NULL,
  -- json, not jsonb: jsonb refuses \u0000 and lone surrogates, which JSON strings may hold; json keeps the text as it came.
  record json NOT NULL,
  type text NOT NULL,
  messagetype text NOT NULL,
  time timestamptz NOT NULL,
  principal text NOT NULL,
  commandid text NOT NULL,
  hash text NOT NULL,
  -- In the stream; null where the record was read from the agent's history because the stream had lost it.
  position bigint,
  -- The order of the ledger over all agents is (txid, ordinal). Who follows it takes only what is older than every transaction
  -- under way, `txid < pg_snapshot_xmin(pg_current_snapshot())`: nothing can come before that any more.
  ordinal bigint GENERATED ALWAYS AS IDENTITY,
  txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- With the time, because a key of a partitioned table must have it; `event_keys` is what keeps sequences single.
  PRIMARY KEY (agent_id, sequence, time)
) PARTITION BY RANGE (time);
CREATE INDEX events_by_position ON events (position) WHERE position IS NOT NULL;
CREATE INDEX events_by_time ON events (time);
CREATE INDEX events_by_type ON events (type, time);
CREATE INDEX events_in_order ON events (txid, ordinal);

-- For records of times that no partition was made for.
CREATE TABLE events_default PARTITION OF events DEFAULT;
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events_default
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Which sequences of which agents the ledger holds, over all partitions.
CREATE TABLE event_keys (
  agent_id text NOT NULL,
  sequence bigint NOT NULL,
  PRIMARY KEY (agent_id, sequence)
);

-- Makes the partitions for these times, this month and the next, where they are missing.
CREATE FUNCTION make_event_partitions(times timestamptz[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  month timestamp;
  partition text;
BEGIN
  FOR month IN
    SELECT DISTINCT date_trunc('month', t AT TIME ZONE 'UTC') AS start
    FROM unnest(times || now() || (now() + interval '1 month')) AS t
    -- A clock that is far off makes no partitions.
    WHERE t >= '2000-01-01' AND t < now() + interval '2 months' ORDER BY start
  LOOP
    partition := 'events_' || to_char(month, 'YYYY_MM');
    CONTINUE WHEN to_regclass(quote_ident(partition)) IS NOT NULL;
    PERFORM pg_advisory_xact_lock(hashtextextended('events: partitions', 0));
    CONTINUE WHEN to_regclass(quote_ident(partition)) IS NOT NULL;
    -- What is in the default partition stays there, and the rest of its month goes there too.
    CONTINUE WHEN EXISTS (SELECT FROM events_default
      WHERE time >= month AT TIME ZONE 'UTC' AND time < (month + interval '1 month') AT TIME ZONE 'UTC');
    BEGIN
      -- It waits for every statement on the ledger, and all others wait for it: rather a later try, a month is time enough.
      SET LOCAL lock_timeout = '300ms';
      EXECUTE format('CREATE TABLE %I PARTITION OF events FOR VALUES FROM (%L) TO (%L)', partition,
        month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
      EXECUTE format('CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON %I
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', partition);
    EXCEPTION WHEN lock_not_available THEN
      RAISE WARNING '% could not be made in time', partition;
    END;
  END LOOP;
END
$$;

SELECT make_event_partitions((
  SELECT array_agg(DISTINCT date_trunc('month', time AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') FROM events_before));
INSERT INTO events (agent_id, sequence, record, type, messagetype, time, principal, commandid, hash, position)
  SELECT agent_id, sequence, record, type, messagetype, time, principal, commandid, hash, position
  FROM events_before ORDER BY time, agent_id, sequence;
INSERT INTO event_keys SELECT agent_id, sequence FROM events_before;
DROP TABLE events_before;

-- Refuses a sequence that the ledger has. A key without its record is what somebody has left who took the record away.
CREATE FUNCTION claim_event_key() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO event_keys VALUES (NEW.agent_id, NEW.sequence) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    RETURN NEW;
  END IF;
  PERFORM FROM event_keys WHERE agent_id = NEW.agent_id AND sequence = NEW.sequence FOR UPDATE;
  IF EXISTS (SELECT FROM events WHERE agent_id = NEW.agent_id AND sequence = NEW.sequence) THEN
    RAISE EXCEPTION 'the ledger has a record %:%', NEW.agent_id, NEW.sequence USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER events_claim_key BEFORE INSERT ON events
  FOR EACH ROW EXECUTE FUNCTION claim_event_key();
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What runs with its owner's rights finds no table that somebody else has put in its way.
DO $$
DECLARE
  own text;
BEGIN
  FOREACH own IN ARRAY ARRAY['make_event_partitions(timestamptz[])', 'claim_event_key()'] LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', own, current_schema());
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', own);
  END LOOP;
END
$$;
