-- Up Migration

CREATE FUNCTION refuse_any_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

-- What runs are made of. A run names the version it began with, so none of them ever changes.
CREATE TABLE runbooks (
  name text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  description text NOT NULL,
  -- json, not jsonb: see events.record.
  document json NOT NULL,
  source text NOT NULL,
  hash text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  reason text,
  PRIMARY KEY (name, version)
);
CREATE TRIGGER runbooks_append_only BEFORE UPDATE OR DELETE ON runbooks
  FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
CREATE TRIGGER runbooks_no_truncate BEFORE TRUNCATE ON runbooks
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_any_change();

-- One row per agent of kind `run`, folded along with it.
CREATE TABLE runs (
  id text PRIMARY KEY,
  name text NOT NULL,
  runbook text NOT NULL,
  version integer NOT NULL,
  status text NOT NULL,
  phase text NOT NULL,
  started_by text NOT NULL,
  trigger_type text NOT NULL,
  -- The agent that asked for it.
  agent text,
  targets text[] NOT NULL,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  ended_at timestamptz,
  error_code text,
  sequence bigint NOT NULL,
  -- A person is waited for.
  attention boolean NOT NULL,
  -- The run that asked for it, and the run that it repeats.
  parent text,
  lineage_of text
);
CREATE INDEX runs_by_age ON runs (created_at DESC, id DESC);
CREATE INDEX runs_by_status ON runs (status, created_at DESC, id DESC);
CREATE INDEX runs_by_runbook ON runs (runbook, created_at DESC, id DESC);
CREATE INDEX runs_by_agent ON runs (agent, created_at DESC, id DESC) WHERE agent IS NOT NULL;
CREATE INDEX runs_by_target ON runs USING gin (targets);
CREATE INDEX runs_for_attention ON runs (created_at DESC, id DESC) WHERE attention;

-- What runs ask people, folded along with them.
CREATE TABLE approvals (
  run_id text NOT NULL,
  path text NOT NULL,
  status text NOT NULL,
  message text NOT NULL,
  plan json NOT NULL,
  plan_hash text NOT NULL,
  -- Those that it was escalated to among them.
  roles text[] NOT NULL,
  count integer NOT NULL,
  reason_required boolean NOT NULL,
  given json NOT NULL,
  requested_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  started_by text NOT NULL,
  PRIMARY KEY (run_id, path)
);
CREATE INDEX approvals_pending ON approvals (expires_at, run_id, path) WHERE status = 'pending';
CREATE INDEX approvals_by_expiry ON approvals (expires_at DESC, run_id DESC, path DESC);

-- One row per agent of kind `target`, folded along with it.
CREATE TABLE targets (
  agent_id text PRIMARY KEY,
  key text NOT NULL UNIQUE,
  slots integer NOT NULL,
  holders json NOT NULL,
  queue json NOT NULL,
  held boolean NOT NULL GENERATED ALWAYS AS (json_array_length(holders) > 0) STORED,
  updated_at timestamptz NOT NULL
);
CREATE INDEX targets_held ON targets (key) WHERE held;

CREATE TABLE hooks (
  id text PRIMARY KEY,
  runbook text NOT NULL,
  version integer,
  form text NOT NULL CHECK (form IN ('generic', 'github', 'alertmanager')),
  secret_name text NOT NULL,
  filter text,
  input json NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  created_by text NOT NULL,
  -- To the millisecond, as cursors hold it.
  created_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  updated_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now())
);
CREATE INDEX hooks_by_age ON hooks (created_at DESC, id DESC);

CREATE TABLE hook_deliveries (
  hook_id text NOT NULL REFERENCES hooks (id) ON DELETE CASCADE,
  delivery_id text NOT NULL,
  run_id text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (hook_id, delivery_id)
);
CREATE INDEX hook_deliveries_by_age ON hook_deliveries (hook_id, received_at DESC, delivery_id DESC);

-- What the steps of runs print.
CREATE TABLE run_logs (
  run_id text NOT NULL,
  -- From 1, no gap; seen in this order by whoever follows.
  position bigint NOT NULL,
  path text NOT NULL,
  attempt integer NOT NULL,
  stream text NOT NULL CHECK (stream IN ('stdout', 'stderr', 'info')),
  time timestamptz NOT NULL,
  text text NOT NULL,
  -- Which append brought it: one whose answer was lost is not repeated.
  batch uuid NOT NULL,
  -- Bytes of the run's texts up to here.
  total_bytes bigint NOT NULL,
  -- True on the line that says that the rest was not kept.
  cut boolean NOT NULL DEFAULT false,
  PRIMARY KEY (run_id, position)
);
