-- Up Migration

-- Nobody is ever deleted: the history refers to them.
ALTER TABLE users
  ALTER COLUMN password_hash DROP NOT NULL,
  ADD COLUMN kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service')),
  ADD COLUMN disabled boolean NOT NULL DEFAULT false,
  -- Every token that was issued before is void.
  ADD COLUMN not_before timestamptz,
  -- Since the last login.
  ADD COLUMN failed_logins integer NOT NULL DEFAULT 0,
  ADD COLUMN locked_until timestamptz,
  ADD COLUMN created_by text NOT NULL DEFAULT 'system:setup',
  ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
  -- A service has API keys, and no password that somebody could guess.
  ADD CONSTRAINT users_password CHECK ((kind = 'person') = (password_hash IS NOT NULL)),
  ADD CONSTRAINT users_roles CHECK (roles <@ ARRAY['viewer', 'operator', 'approver', 'auditor', 'admin']);

CREATE TABLE api_keys (
  id text PRIMARY KEY,
  -- The part of it that may be shown, and by which it is found.
  prefix text NOT NULL UNIQUE,
  -- SHA-256 of the whole key.
  hash bytea NOT NULL,
  owner text NOT NULL REFERENCES users (username),
  name text NOT NULL,
  scopes text[] NOT NULL,
  -- Patterns of ids; all agents where it is null.
  agents text[],
  -- To the millisecond, as cursors hold it.
  created_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  created_by text NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  last_used_at timestamptz
);
CREATE INDEX api_keys_by_owner ON api_keys (owner, created_at DESC, id DESC);

-- One row per refresh token; those of one login, each made of the one before, are a family: the session.
CREATE TABLE refresh_tokens (
  id text PRIMARY KEY,
  family text NOT NULL,
  subject text NOT NULL REFERENCES users (username),
  -- SHA-256.
  hash bytea NOT NULL UNIQUE,
  issued_at timestamptz NOT NULL DEFAULT now(),
  -- The same in all of a family.
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_by_subject ON refresh_tokens (subject) WHERE revoked_at IS NULL;
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);
