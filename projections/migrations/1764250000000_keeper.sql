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
