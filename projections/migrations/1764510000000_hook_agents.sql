-- Up Migration
-- A hook of the form `alertmanager` may tell an agent instead of beginning runs.
ALTER TABLE hooks ALTER COLUMN runbook DROP NOT NULL;
ALTER TABLE hooks ADD COLUMN agent text;
ALTER TABLE hooks ADD CONSTRAINT hooks_runbook_or_agent CHECK ((runbook IS NULL) <> (agent IS NULL));
