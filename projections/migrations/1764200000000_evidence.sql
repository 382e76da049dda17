-- Up Migration

-- Public halves of the keys that sign evidence. The private half never comes here.
CREATE TABLE evidence_keys (
  -- The first 16 hex digits of the SHA-256 of the public key.
  key_id text PRIMARY KEY,
  -- 32 bytes.
  public_key bytea NOT NULL,
  created_at timestamptz NOT NULL,
  retired_at timestamptz,
  -- The key before vouches for this one; null for the first.
  vouched_by text REFERENCES evidence_keys,
  voucher bytea
);

-- What was signed of the heads of all chains, each linked to the one before.
CREATE TABLE checkpoints (
  number bigint PRIMARY KEY,
  -- The canonical JSON that is signed; `hash` is its SHA-256.
  body text NOT NULL,
  hash text NOT NULL,
  key_id text NOT NULL REFERENCES evidence_keys,
  signature bytea NOT NULL
);

-- The leaves under a checkpoint's root: heads that had changed since the one before.
CREATE TABLE checkpoint_heads (
  checkpoint bigint NOT NULL REFERENCES checkpoints,
  leaf integer NOT NULL,
  agent_id text NOT NULL,
  sequence bigint NOT NULL,
  hash text NOT NULL,
  PRIMARY KEY (checkpoint, leaf)
);
CREATE INDEX checkpoint_heads_by_agent ON checkpoint_heads (agent_id, sequence);

-- The code that ran, so that an old history can be replayed by it.
CREATE TABLE workflow_bundles (
  sha256 text PRIMARY KEY,
  -- gzip
  code bytea NOT NULL,
  sdk_version text NOT NULL,
  build_id text NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT now()
);

-- One row per run of an agent's workflow: its history as Temporal had it.
CREATE TABLE raw_histories (
  workflow_id text NOT NULL,
  run_id text NOT NULL,
  agent_id text NOT NULL,
  kind text NOT NULL,
  previous_run_id text,
  next_run_id text,
  first_sequence bigint NOT NULL,
  last_sequence bigint NOT NULL,
  -- Of the last record; that of the one before where the run made none.
  last_hash text NOT NULL,
  -- False where the run was still open when its history was taken: it is taken again later.
  closed boolean NOT NULL,
  event_count integer NOT NULL,
  -- `temporal.api.history.v1.History` as protobuf, gzip; `sha256` and `size` are of the protobuf bytes.
  history bytea NOT NULL,
  sha256 text NOT NULL,
  size integer NOT NULL,
  sdk_version text NOT NULL,
  build_id text NOT NULL,
  bundle_sha256 text REFERENCES workflow_bundles,
  started_at timestamptz NOT NULL,
  closed_at timestamptz,
  archived_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workflow_id, run_id)
);
CREATE INDEX raw_histories_by_agent ON raw_histories (agent_id, first_sequence);

CREATE TABLE legal_holds (
  id text PRIMARY KEY,
  agent_id text NOT NULL,
  reason text NOT NULL,
  placed_by text NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT now(),
  released_by text,
  released_at timestamptz
);
CREATE INDEX legal_holds_in_force ON legal_holds (agent_id) WHERE released_at IS NULL;

-- What has expired: signed, so that nobody can pass a gap off as one of them.
CREATE TABLE tombstones (
  agent_id text NOT NULL,
  from_sequence bigint NOT NULL,
  to_sequence bigint NOT NULL,
  -- The canonical JSON that is signed: agent, span, hashes of the records before and at the end of it, class, time.
  body text NOT NULL,
  key_id text NOT NULL REFERENCES evidence_keys,
  signature bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (agent_id, from_sequence)
);
