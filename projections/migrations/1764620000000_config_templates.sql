-- Up Migration

-- Configs that people have set aside to give to agents of a kind. `version` grows with each change.
CREATE TABLE config_templates (
  id text PRIMARY KEY,
  kind text NOT NULL,
  name text NOT NULL,
  description text,
  config json NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX config_templates_by_kind ON config_templates (kind, id);
