-- Up Migration

-- By which class an agent's records expire; `standard` where it has no row. What the classes mean is a setting.
CREATE TABLE agent_retention (
  agent_id text PRIMARY KEY,
  class text NOT NULL,
  reason text NOT NULL,
  set_by text NOT NULL,
  set_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE legal_holds
  -- To the millisecond, as cursors hold it.
  ALTER COLUMN placed_at SET DEFAULT date_trunc('milliseconds', now()),
  ADD COLUMN release_reason text,
  ADD CONSTRAINT legal_holds_release CHECK ((released_at IS NULL) = (released_by IS NULL)
    AND (released_at IS NULL) = (release_reason IS NULL));
CREATE INDEX legal_holds_by_age ON legal_holds (placed_at DESC, id DESC);

-- The lock that whoever adds to an agent's ledger takes: a hold is placed before an expiry or after it, never in the midst.
CREATE FUNCTION wait_for_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.agent_id, 0));
  RETURN NEW;
END
$$;
CREATE TRIGGER legal_holds_wait BEFORE INSERT ON legal_holds
  FOR EACH ROW EXECUTE FUNCTION wait_for_ledger();

-- A hold can be released, once, and that is all.
CREATE FUNCTION refuse_hold_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.released_at IS NULL AND (OLD.id, OLD.agent_id, OLD.reason, OLD.placed_by, OLD.placed_at)
      = (NEW.id, NEW.agent_id, NEW.reason, NEW.placed_by, NEW.placed_at)
    THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'a legal hold can only be released, once: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER legal_holds_stay BEFORE UPDATE OR DELETE ON legal_holds
  FOR EACH ROW EXECUTE FUNCTION refuse_hold_change();
CREATE TRIGGER legal_holds_no_truncate BEFORE TRUNCATE ON legal_holds
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_any_change();
CREATE TRIGGER tombstones_append_only BEFORE UPDATE OR DELETE ON tombstones
  FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
CREATE TRIGGER tombstones_no_truncate BEFORE TRUNCATE ON tombstones
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_any_change();

-- Whether an agent's records up to this one are under a tombstone, and no hold keeps them.
CREATE FUNCTION may_expire(agent text, up_to bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM tombstones WHERE agent_id = agent AND to_sequence >= up_to)
    AND NOT EXISTS (SELECT FROM legal_holds WHERE agent_id = agent AND released_at IS NULL)
$$;

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    -- A record's position may be added once; nothing else of it ever changes.
    IF OLD.position IS NULL
      AND (OLD.agent_id, OLD.sequence, OLD.record::text, OLD.type, OLD.messagetype, OLD.time, OLD.principal, OLD.commandid, OLD.hash)
        = (NEW.agent_id, NEW.sequence, NEW.record::text, NEW.type, NEW.messagetype, NEW.time, NEW.principal, NEW.commandid, NEW.hash)
      AND (OLD.ordinal, OLD.txid) = (NEW.ordinal, NEW.txid)
    THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    IF may_expire(OLD.agent_id, OLD.sequence) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'the ledger is append-only: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- The history of a closed run stays as it is until the records that it tells of have expired; then it does not come back.
CREATE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    -- Nothing wrong with it: Temporal may know a run for longer than its records are kept.
    IF EXISTS (SELECT FROM tombstones WHERE agent_id = NEW.agent_id AND to_sequence >= NEW.last_sequence) THEN
      RETURN NULL;
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NOT OLD.closed THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    IF OLD.closed AND may_expire(OLD.agent_id, OLD.last_sequence) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'a closed history stays as it is: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER raw_histories_stay BEFORE INSERT OR UPDATE OR DELETE ON raw_histories
  FOR EACH ROW EXECUTE FUNCTION refuse_history_change();
CREATE TRIGGER raw_histories_no_truncate BEFORE TRUNCATE ON raw_histories
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_any_change();

-- What has expired does not come back.
CREATE OR REPLACE FUNCTION claim_event_key() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF EXISTS (SELECT FROM tombstones WHERE agent_id = NEW.agent_id AND to_sequence >= NEW.sequence) THEN
    RAISE EXCEPTION 'the record %:% has expired', NEW.agent_id, NEW.sequence USING ERRCODE = 'unique_violation';
  END IF;
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

-- Removes the records of an agent that its newest tombstone tells of, and the histories of runs that end among them.
-- Everything else is refused: without that tombstone, with another one, with a gap before it, under a hold, or the last record
-- of an agent that goes on. Returns how many records went.
CREATE FUNCTION expire_records(agent text, first bigint, up_to bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  told json;
  before text;
  expired bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(agent, 0));
  IF EXISTS (SELECT FROM legal_holds WHERE agent_id = agent AND released_at IS NULL) THEN
    RAISE EXCEPTION 'agent % is under a legal hold', agent USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT body::json INTO told FROM tombstones
    WHERE agent_id = agent AND from_sequence = first AND to_sequence = up_to;
  SELECT body::json ->> 'last' INTO before FROM tombstones WHERE agent_id = agent AND to_sequence = first - 1;
  IF told IS NULL
    OR (first > 1) <> (before IS NOT NULL)
    OR (told ->> 'agent', told ->> 'from', told ->> 'to', told ->> 'records', told ->> 'before')
      IS DISTINCT FROM (agent, first::text, up_to::text, (up_to - first + 1)::text, coalesce(before, repeat('0', 64)))
    OR (told ->> 'last') IS DISTINCT FROM (SELECT hash FROM events WHERE agent_id = agent AND sequence = up_to)
    OR (SELECT count(*) FROM events WHERE agent_id = agent AND sequence BETWEEN first AND up_to) <> up_to - first + 1
  THEN
    RAISE EXCEPTION 'no tombstone tells of the records % to % of agent %', first, up_to, agent USING ERRCODE = 'restrict_violation';
  END IF;
  IF NOT EXISTS (SELECT FROM agents WHERE id = agent AND (sequence > up_to OR status = 'stopped' AND sequence = up_to)) THEN
    RAISE EXCEPTION 'agent % goes on from its record %', agent, up_to USING ERRCODE = 'restrict_violation';
  END IF;
  DELETE FROM events WHERE agent_id = agent AND sequence BETWEEN first AND up_to;
  GET DIAGNOSTICS expired = ROW_COUNT;
  DELETE FROM event_keys WHERE agent_id = agent AND sequence BETWEEN first AND up_to;
  DELETE FROM raw_histories WHERE agent_id = agent AND closed AND last_sequence <= up_to;
  RETURN expired;
END
$$;

DO $$
DECLARE
  own text;
BEGIN
  FOREACH own IN ARRAY ARRAY['claim_event_key()', 'expire_records(text, bigint, bigint)'] LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', own, current_schema());
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', own);
  END LOOP;
END
$$;
