-- Up Migration

-- What auditors have asked to be verified, how far that is, and how it ended.
CREATE TABLE verifications (
  id uuid PRIMARY KEY,
  -- {"all": true}, {"kind": …} or {"agents": […]}
  scope json NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'cancelled', 'failed')),
  error text,
  started_at timestamptz,
  ended_at timestamptz,
  agents_total integer,
  -- How many have been verified, and the last of them in the order of their ids: where another try goes on.
  agents_done integer NOT NULL DEFAULT 0,
  last_agent text NOT NULL DEFAULT '',
  records bigint NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  not_checkable integer NOT NULL DEFAULT 0,
  -- Of all checkpoints as a chain; null where only some agents were asked for.
  checkpoints json
);
CREATE INDEX verifications_by_age ON verifications (requested_at DESC, id DESC);

-- The verdicts on single agents; where all agents or those of a kind were asked for, only what did not pass.
CREATE TABLE verification_results (
  verification uuid NOT NULL REFERENCES verifications ON DELETE CASCADE,
  agent_id text NOT NULL,
  kind text NOT NULL,
  verdicts json NOT NULL,
  covered json NOT NULL,
  PRIMARY KEY (verification, agent_id)
);
