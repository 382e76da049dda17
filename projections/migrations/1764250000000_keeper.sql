-- Up Migration

-- Which installation of Ymera this is; one row for good.
CREATE TABLE installation (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO installation DEFAULT VALUES;

-- Which keepers live: each says so every few seconds.
CREATE TABLE keepers (
  host text PRIMARY KEY,
  seen_at timestamptz NOT NULL
);

-- A run may have been worked on by several builds, and by one whose bundle nobody has kept.
ALTER TABLE raw_histories
  DROP CONSTRAINT raw_histories_bundle_sha256_fkey,
  -- All that worked on it, the first one first; `build_id` and `bundle_sha256` are of the last one, by which it is replayed.
  ADD COLUMN build_ids text[] NOT NULL DEFAULT '{}',
  -- Whether payloads in it are encrypted: who reads them needs the installation's keys.
  ADD COLUMN encrypted boolean NOT NULL DEFAULT false;

-- Up to when the runs that had closed were looked at; one row for good.
CREATE TABLE archive_progress (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  seen_to timestamptz NOT NULL
);
INSERT INTO archive_progress (seen_to) VALUES ('epoch');

-- The head of each agent that was signed last.
CREATE TABLE signed_heads (
  agent_id text PRIMARY KEY,
  sequence bigint NOT NULL,
  hash text NOT NULL,
  checkpoint bigint NOT NULL REFERENCES checkpoints
);

-- What others ask of the keeper, which alone can sign. A row lives until its answer is read.
CREATE TABLE keeper_requests (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind text NOT NULL,
  input text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT now(),
  -- A keeper is at it. Where it has died over it, another one takes it up.
  claimed_at timestamptz,
  answered_at timestamptz,
  answer text,
  fault text
);
CREATE INDEX keeper_requests_open ON keeper_requests (asked_at) WHERE answered_at IS NULL;

-- How far the checkpoints are anchored outside.
CREATE TABLE anchors (
  name text PRIMARY KEY,
  -- SHA-256 of where it is: another place begins anew.
  target text NOT NULL,
  -- The last one that is there; 0 for none.
  checkpoint bigint NOT NULL DEFAULT 0,
  anchored_at timestamptz,
  -- Why the last try failed; null where it did not.
  fault text,
  failed_at timestamptz
);
