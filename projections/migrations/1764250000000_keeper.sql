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
