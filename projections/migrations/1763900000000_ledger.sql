-- Up Migration

CREATE TABLE users (
  username text PRIMARY KEY,
  password_hash text NOT NULL,
  roles text[] NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- One row per agent: where its ledger stands, and the agent folded from it.
CREATE TABLE agents (
  id text PRIMARY KEY,
  kind text NOT NULL,
  name text NOT NULL,
  status text NOT NULL,
  config_version integer NOT NULL,
  sequence bigint NOT NULL,
  hash text NOT NULL,
  -- json, not jsonb: see events.record.
  folded json NOT NULL,
  -- False where this release did not know the kind, so that the state has yet to be folded.
  kind_known boolean NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  last_event_type text NOT NULL
);
CREATE INDEX agents_by_age ON agents (created_at DESC, id DESC);
CREATE INDEX agents_by_id_prefix ON agents (id text_pattern_ops);
CREATE INDEX agents_by_name_prefix ON agents (lower(name) text_pattern_ops);

-- The audit ledger: every record of every agent, as it was hashed.
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
  PRIMARY KEY (agent_id, sequence)
);
CREATE INDEX events_by_position ON events (position) WHERE position IS NOT NULL;
CREATE INDEX events_by_time ON events (time);
CREATE INDEX events_by_type ON events (type, time);

-- Records that did not fit and were refused. One row per fault, however often it is delivered.
CREATE TABLE ledger_faults (
  agent_id text NOT NULL,
  sequence bigint NOT NULL,
  fault text NOT NULL,
  detail text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (agent_id, sequence, fault, detail)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A record's position may be added once; nothing else of it ever changes.
  IF TG_OP = 'UPDATE' AND OLD.position IS NULL
    AND (OLD.agent_id, OLD.sequence, OLD.record::text, OLD.type, OLD.messagetype, OLD.time, OLD.principal, OLD.commandid, OLD.hash)
      = (NEW.agent_id, NEW.sequence, NEW.record::text, NEW.type, NEW.messagetype, NEW.time, NEW.principal, NEW.commandid, NEW.hash)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the ledger is append-only: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
