import { formatCursor, parseCursor } from './cursor';
import type { Queryable } from './queryable';

export type UserKind = 'person' | 'service';

/** What decides on everything that somebody does. */
export interface AccountStanding {
  subject: string;
  kind: UserKind;
  roles: string[];
  disabled: boolean;
  /** Tokens issued before are void. */
  notBefore: Date | null;
}

/** A person, or a service that comes with API keys only. Times are ISO 8601, UTC. */
export interface User {
  username: string;
  kind: UserKind;
  roles: string[];
  disabled: boolean;
  /** After too many failed logins; null where it is not locked now. */
  lockedUntil: string | null;
  createdBy: string;
  createdAt: string;
  updatedAt: string;
}

export interface NewUser {
  username: string;
  kind: UserKind;
  /** Argon2 in PHC format; null for a service. */
  passwordHash: string | null;
  roles: readonly string[];
  createdBy: string;
}

/** What is to be changed; what is left out stays. */
export interface UserChange {
  roles?: readonly string[];
  disabled?: boolean;
  passwordHash?: string;
}

export interface UserPage {
  users: User[];
  /** For the page after this one; null on the last. */
  next: string | null;
}

interface UserRow {
  username: string;
  kind: UserKind;
  roles: string[];
  disabled: boolean;
  locked_until: Date | null;
  created_by: string;
  created_at: Date;
  updated_at: Date;
}

const columns = `username, kind, roles, disabled, CASE WHEN locked_until > now() THEN locked_until END AS locked_until,
  created_by, created_at, updated_at`;

/** The user of that name, or null. */
export async function findUser(db: Queryable, username: string): Promise<User | null> {
  const { rows } = await db.query<UserRow>(`SELECT ${columns} FROM users WHERE username = $1`, [username]);
  return rows[0] ? present(rows[0]) : null;
}

/** Users by name, by pages. @param cursor `next` of the page before; one that was never given out counts as none */
export async function listUsers(db: Queryable, limit: number, cursor?: string): Promise<UserPage> {
  const after = parseCursor(cursor, ['text']);
  const { rows } = await db.query<UserRow>(
    `SELECT ${columns} FROM users WHERE $1::text IS NULL OR username > $1 ORDER BY username LIMIT $2`,
    [after?.[0] ?? null, limit + 1],
  );
  const users = rows.slice(0, limit).map(present);
  const last = users.at(-1);
  return { users, next: rows.length > limit && last ? formatCursor([last.username]) : null };
}

/** @returns null where there is one of that name */
export async function createUser(db: Queryable, user: NewUser): Promise<User | null> {
  const { rows } = await db.query<UserRow>(
    `INSERT INTO users (username, kind, password_hash, roles, created_by) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING RETURNING ${columns}`,
    [user.username, user.kind, user.passwordHash, user.roles, user.createdBy],
  );
  return rows[0] ? present(rows[0]) : null;
}

/**
 * Changes a user. A new password, or being disabled, ends all sessions; a new password, or being enabled, ends a lockout.
 * @returns null where there is no such user, or where nobody would be left who is an admin and can log in
 */
export async function updateUser(db: Queryable, username: string, change: UserChange): Promise<User | null> {
  const { rows } = await db.query<UserRow>(
    // The rows of all admins are locked, so that two who disable each other at once do not both succeed.
    `WITH admins AS (
       SELECT username FROM users WHERE kind = 'person' AND NOT disabled AND 'admin' = ANY (roles) ORDER BY username FOR UPDATE
     ), changed AS (
       UPDATE users SET
         roles = coalesce($2::text[], roles),
         disabled = coalesce($3::boolean, disabled),
         password_hash = coalesce($4::text, password_hash),
         not_before = CASE WHEN $3 OR $4 IS NOT NULL THEN now() ELSE not_before END,
         failed_logins = CASE WHEN NOT $3 OR $4 IS NOT NULL THEN 0 ELSE failed_logins END,
         locked_until = CASE WHEN NOT $3 OR $4 IS NOT NULL THEN NULL ELSE locked_until END,
         updated_at = now()
       WHERE username = $1 AND (
         (kind = 'person' AND 'admin' = ANY (coalesce($2, roles)) AND NOT coalesce($3, disabled))
         OR EXISTS (SELECT FROM admins WHERE admins.username <> $1))
       RETURNING *
     ), ended AS (
       UPDATE refresh_tokens SET revoked_at = now() FROM changed
       WHERE subject = changed.username AND revoked_at IS NULL AND ($3 OR $4 IS NOT NULL)
     )
     SELECT ${columns} FROM changed`,
    [username, change.roles ?? null, change.disabled ?? null, change.passwordHash ?? null],
  );
  return rows[0] ? present(rows[0]) : null;
}

function present(row: UserRow): User {
  const { username, kind, roles, disabled } = row;
  return {
    username,
    kind,
    roles,
    disabled,
    lockedUntil: row.locked_until?.toISOString() ?? null,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
