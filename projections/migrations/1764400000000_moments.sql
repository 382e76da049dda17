-- Up Migration

-- Agents as they stood after some of their events, so that no moment is far from one. Made of the ledger, and made again where they
-- are missing or do not hold: nothing else depends on them.
CREATE TABLE folded_snapshots (
  agent_id text NOT NULL,
  sequence bigint NOT NULL,
  -- json, not jsonb: see events.record.
  folded json NOT NULL,
  -- SHA-256 of the canonical JSON of `folded`.
  hash text NOT NULL,
  -- Digest of the code that folded it: other code may fold the same events to something else.
  code text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (agent_id, sequence)
);

-- Where an agent stood at a time.
CREATE INDEX events_by_agent_and_time ON events (agent_id, time, sequence);
