-- Up Migration

-- "Everything that this principal has done", over all agents.
CREATE INDEX events_by_principal ON events (principal, time);
