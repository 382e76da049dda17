import { formatCursor, parseCursor } from './cursor';
import type { Queryable } from './queryable';
import type { AccountStanding, UserKind } from './users';

/** An API key, and its owner, as they stand. */
export interface KeyStanding extends AccountStanding {
  id: string;
  prefix: string;
  /** SHA-256 of the whole key. */
  hash: Buffer;
  scopes: string[];
  agents: string[] | null;
  revoked: boolean;
  expiresAt: Date;
}

/** What may be shown of an API key. Times are ISO 8601, UTC. */
export interface ApiKey {
  id: string;
  prefix: string;
  name: string;
  owner: string;
  /** Permissions, as far as the owner has them too. */
  scopes: string[];
  /** Patterns of the agents that it is for; null: all. */
  agents: string[] | null;
  createdBy: string;
  createdAt: string;
  expiresAt: string;
  revokedAt: string | null;
  /** To the minute. */
  lastUsedAt: string | null;
}

export interface NewApiKey {
  id: string;
  prefix: string;
  hash: Buffer;
  name: string;
  owner: string;
  scopes: readonly string[];
  agents: readonly string[] | null;
  createdBy: string;
  /** From now. */
  days: number;
}

export interface ApiKeyPage {
  keys: ApiKey[];
  /** For the page after this one; null on the last. */
  next: string | null;
}

interface ApiKeyRow {
  id: string;
  prefix: string;
  name: string;
  owner: string;
  scopes: string[];
  agents: string[] | null;
  created_by: string;
  created_at: Date;
  expires_at: Date;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

const columns = 'id, prefix, name, owner, scopes, agents, created_by, created_at, expires_at, revoked_at, last_used_at';

/** The key with that visible part, or null. */
export async function findKeyStanding(db: Queryable, prefix: string): Promise<KeyStanding | null> {
  const { rows } = await db.query<
    Pick<KeyStanding, 'id' | 'prefix' | 'hash' | 'subject' | 'roles' | 'disabled' | 'scopes' | 'agents' | 'revoked'> & {
      kind: UserKind;
      not_before: Date | null;
      expires_at: Date;
    }
  >(
    `SELECT id, prefix, hash, owner AS subject, kind, roles, disabled, not_before, scopes, agents,
       revoked_at IS NOT NULL AS revoked, expires_at
     FROM api_keys JOIN users ON username = owner WHERE prefix = $1`,
    [prefix],
  );
  const [row] = rows;
  if (!row) return null;
  const { not_before, expires_at, ...rest } = row;
  return { ...rest, notBefore: not_before, expiresAt: expires_at };
}

/** Makes a key. */
export async function createApiKey(db: Queryable, key: NewApiKey): Promise<ApiKey> {
  const { rows } = await db.query<ApiKeyRow>(
    `INSERT INTO api_keys (id, prefix, hash, owner, name, scopes, agents, created_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + interval '1 day' * $9) RETURNING ${columns}`,
    [key.id, key.prefix, key.hash, key.owner, key.name, key.scopes, key.agents, key.createdBy, key.days],
  );
  return present(rows[0] as ApiKeyRow);
}

/** The keys of an owner, newest first, by pages. @param cursor `next` of the page before; one never given out counts as none */
export async function listApiKeys(db: Queryable, owner: string, limit: number, cursor?: string): Promise<ApiKeyPage> {
  const after = parseCursor(cursor, ['time', 'text']);
  const { rows } = await db.query<ApiKeyRow>(
    `SELECT ${columns} FROM api_keys
     WHERE owner = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::text))
     ORDER BY created_at DESC, id DESC LIMIT $4`,
    [owner, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  const keys = rows.slice(0, limit).map(present);
  const last = keys.at(-1);
  return { keys, next: rows.length > limit && last ? formatCursor([last.createdAt, last.id]) : null };
}

/** The key of that id, or null. */
export async function findApiKey(db: Queryable, id: string): Promise<ApiKey | null> {
  const { rows } = await db.query<ApiKeyRow>(`SELECT ${columns} FROM api_keys WHERE id = $1`, [id]);
  return rows[0] ? present(rows[0]) : null;
}

/** Revokes a key for good. @returns null where there is none of that id */
export async function revokeApiKey(db: Queryable, id: string): Promise<ApiKey | null> {
  const { rows } = await db.query<ApiKeyRow>(
    `UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 RETURNING ${columns}`,
    [id],
  );
  return rows[0] ? present(rows[0]) : null;
}

/** Notes that a key is used, once a minute at most. */
export async function touchApiKey(db: Queryable, id: string): Promise<void> {
  await db.query(
    `UPDATE api_keys SET last_used_at = now()
     WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
    [id],
  );
}

function present(row: ApiKeyRow): ApiKey {
  const { id, prefix, name, owner, scopes, agents } = row;
  return {
    id,
    prefix,
    name,
    owner,
    scopes,
    agents,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    revokedAt: row.revoked_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  };
}
