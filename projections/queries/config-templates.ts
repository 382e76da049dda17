import { formatCursor, parseCursor } from './cursor';
import type { Queryable } from './queryable';

/** A template without the config that is in it. Times are ISO 8601, UTC. */
export interface TemplateSummary {
  id: string;
  /** Of the agents that it is for. */
  kind: string;
  name: string;
  description?: string;
  /** From 1; grows with each change. */
  version: number;
  createdBy: string;
  createdAt: string;
  updatedBy: string;
  updatedAt: string;
}

/** A config that somebody has set aside. */
export interface ConfigTemplate extends TemplateSummary {
  config: object;
}

export type NewTemplate = Pick<ConfigTemplate, 'id' | 'kind' | 'name' | 'description' | 'config'>;

export interface TemplatePage {
  templates: TemplateSummary[];
  /** For the page after this one; null on the last. */
  next: string | null;
}

interface SummaryRow {
  id: string;
  kind: string;
  name: string;
  description: string | null;
  version: number;
  created_by: string;
  created_at: Date;
  updated_by: string;
  updated_at: Date;
}

type TemplateRow = SummaryRow & { config: object };

const summaryColumns = 'id, kind, name, description, version, created_by, created_at, updated_by, updated_at';
const columns = `${summaryColumns}, config`;

/** @param by whose it is @returns null where one of that id exists */
export async function createTemplate(db: Queryable, template: NewTemplate, by: string): Promise<ConfigTemplate | null> {
  const { id, kind, name, description = null, config } = template;
  const { rows } = await db.query<TemplateRow>(
    `INSERT INTO config_templates (id, kind, name, description, config, created_by, updated_by)
     VALUES ($1, $2, $3, $4, $5::json, $6, $6) ON CONFLICT DO NOTHING RETURNING ${columns}`,
    [id, kind, name, description, JSON.stringify(config), by],
  );
  return rows[0] ? present(rows[0]) : null;
}

/** The template of that id, or null. */
export async function findTemplate(db: Queryable, id: string): Promise<ConfigTemplate | null> {
  const { rows } = await db.query<TemplateRow>(`SELECT ${columns} FROM config_templates WHERE id = $1`, [id]);
  return rows[0] ? present(rows[0]) : null;
}

/**
 * Replaces all of a template but its id.
 * @param expected the version that it must be, where it is given
 * @returns null where there is none of that id and version
 */
export async function replaceTemplate(
  db: Queryable,
  { id, kind, name, description, config }: NewTemplate,
  by: string,
  expected?: number,
): Promise<ConfigTemplate | null> {
  const { rows } = await db.query<TemplateRow>(
    `UPDATE config_templates SET kind = $2, name = $3, description = $4, config = $5::json, version = version + 1,
       updated_by = $6, updated_at = now()
     WHERE id = $1 AND ($7::bigint IS NULL OR version = $7) RETURNING ${columns}`,
    [id, kind, name, description ?? null, JSON.stringify(config), by, expected ?? null],
  );
  return rows[0] ? present(rows[0]) : null;
}

/** @param expected the version that it must be, where it is given @returns false where there is none of that id and version */
export async function deleteTemplate(db: Queryable, id: string, expected?: number): Promise<boolean> {
  const { rowCount } = await db.query(
    'DELETE FROM config_templates WHERE id = $1 AND ($2::bigint IS NULL OR version = $2)',
    [id, expected ?? null],
  );
  return rowCount === 1;
}

/**
 * Templates by their ids, by pages.
 * @param kind those of all kinds where it is not given
 * @param limit most templates of the page
 * @param cursor `next` of the page before; one that was never given out counts as none
 */
export async function listTemplates(
  db: Queryable,
  kind: string | undefined,
  limit: number,
  cursor?: string,
): Promise<TemplatePage> {
  const after = parseCursor(cursor, ['text']);
  const { rows } = await db.query<SummaryRow>(
    `SELECT ${summaryColumns} FROM config_templates
     WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR id > $2) ORDER BY id LIMIT $3`,
    [kind ?? null, after?.[0] ?? null, limit + 1],
  );
  const templates = rows.slice(0, limit).map(summary);
  const last = templates.at(-1);
  return { templates, next: rows.length > limit && last ? formatCursor([last.id]) : null };
}

function summary({ id, kind, name, description, version, ...row }: SummaryRow): TemplateSummary {
  return {
    id,
    kind,
    name,
    ...(description === null ? {} : { description }),
    version,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    updatedBy: row.updated_by,
    updatedAt: row.updated_at.toISOString(),
  };
}

function present({ config, ...row }: TemplateRow): ConfigTemplate {
  return { ...summary(row), config };
}
