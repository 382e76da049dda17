import type { Pool } from 'pg';
import type { RunbookDocument } from '../../actors/runbook/document';
import { inTransaction } from '../../infra/postgres/transaction';
import { plain } from '../ledger-rows';
import { formatCursor, parseCursor } from './cursor';
import type { Queryable } from './queryable';

/** One version of a runbook, without what is in it. `createdAt` is ISO 8601, UTC. */
export interface RunbookSummary {
  name: string;
  /** From 1, no gap. */
  version: number;
  description: string;
  /** `hashOf` its document. */
  hash: string;
  createdBy: string;
  createdAt: string;
  reason: string | null;
}

export interface Runbook extends RunbookSummary {
  document: RunbookDocument;
  /** The text it was made of, YAML or JSON. */
  source: string;
}

export interface RunbookPage {
  runbooks: RunbookSummary[];
  /** For the page after this one; null on the last. */
  next: string | null;
}

export interface RunbookVersionPage {
  versions: RunbookSummary[];
  /** For the page after this one; null on the last. */
  next: string | null;
}

/** Which version must be the newest when a new one is kept; `any` demands that there is one. */
export type ExpectedVersion = number | 'any';

/** A runbook to be kept: checked by who sends it. */
export interface NewRunbook {
  name: string;
  document: RunbookDocument;
  source: string;
  hash: string;
  createdBy: string;
  reason?: string;
}

interface SummaryRow {
  name: string;
  version: number;
  description: string;
  hash: string;
  created_by: string;
  created_at: Date;
  reason: string | null;
}

type RunbookRow = SummaryRow & { document: RunbookDocument; source: string };

const summaryColumns = 'name, version, description, hash, created_by, created_at, reason';

/**
 * Keeps a runbook as the version after its newest, or, where the newest has the same hash, leaves it at that. Those who save
 * the same name at once follow one another.
 * @param expected where it is given
 * @returns the version that holds the document, and whether it is a new one; null where the newest is not the one expected
 */
export async function saveRunbook(
  pool: Pool,
  runbook: NewRunbook,
  expected?: ExpectedVersion,
): Promise<{ version: number; created: boolean } | null> {
  const { name, document, source, hash, createdBy, reason } = runbook;
  return inTransaction(pool, async (client) => {
    // A statement of its own: the next one must see what those who held the lock before have written.
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 2))', [name]);
    const { rows } = await client.query<{ version: number; hash: string }>(
      'SELECT version, hash FROM runbooks WHERE name = $1 ORDER BY version DESC LIMIT 1',
      [name],
    );
    const newest = rows[0];
    if (expected !== undefined && (!newest || (expected !== 'any' && expected !== newest.version))) return null;
    if (newest?.hash === hash) return { version: newest.version, created: false };
    const version = (newest?.version ?? 0) + 1;
    await client.query(
      `INSERT INTO runbooks (name, version, description, document, source, hash, created_by, reason)
       VALUES ($1, $2, $3, $4::json, $5, $6, $7, $8)`,
      [
        name,
        version,
        plain(document.description ?? ''),
        JSON.stringify(document),
        plain(source),
        hash,
        plain(createdBy),
        reason === undefined ? null : plain(reason),
      ],
    );
    return { version, created: true };
  });
}

/** A version of a runbook, the newest where none is given, or null. */
export async function readRunbook(db: Queryable, name: string, version?: number): Promise<Runbook | null> {
  const { rows } = await db.query<RunbookRow>(
    `SELECT ${summaryColumns}, document, source FROM runbooks
     WHERE name = $1 AND ($2::integer IS NULL OR version = $2) ORDER BY version DESC LIMIT 1`,
    [name, version ?? null],
  );
  const row = rows[0];
  return row ? { ...summary(row), document: row.document, source: row.source } : null;
}

/**
 * The newest version of each runbook, by name, by pages.
 * @param limit most runbooks of the page
 * @param cursor `next` of the page before; one that was never given out counts as none
 */
export async function listRunbooks(db: Queryable, limit: number, cursor?: string): Promise<RunbookPage> {
  const after = parseCursor(cursor, ['text']);
  const { rows } = await db.query<SummaryRow>(
    `SELECT DISTINCT ON (name) ${summaryColumns} FROM runbooks
     WHERE $1::text IS NULL OR name > $1 ORDER BY name, version DESC LIMIT $2`,
    [after?.[0] ?? null, limit + 1],
  );
  const runbooks = rows.slice(0, limit).map(summary);
  const last = runbooks.at(-1);
  return { runbooks, next: rows.length > limit && last ? formatCursor([last.name]) : null };
}

/**
 * The versions of a runbook, newest first, by pages; none where there is no such runbook.
 * @param limit most versions of the page
 * @param cursor `next` of the page before; one that was never given out counts as none
 */
export async function listRunbookVersions(
  db: Queryable,
  name: string,
  limit: number,
  cursor?: string,
): Promise<RunbookVersionPage> {
  const after = parseCursor(cursor, ['number']);
  const { rows } = await db.query<SummaryRow>(
    `SELECT ${summaryColumns} FROM runbooks WHERE name = $1 AND ($2::integer IS NULL OR version < $2)
     ORDER BY version DESC LIMIT $3`,
    [name, after?.[0] ?? null, limit + 1],
  );
  const versions = rows.slice(0, limit).map(summary);
  const last = versions.at(-1);
  return { versions, next: rows.length > limit && last ? formatCursor([String(last.version)]) : null };
}

function summary({ name, version, description, hash, created_by, created_at, reason }: SummaryRow): RunbookSummary {
  return { name, version, description, hash, createdBy: created_by, createdAt: created_at.toISOString(), reason };
}
