import type { Queryable } from './queryable';
import type { AccountStanding, UserKind } from './users';

/** A session, and its owner, as they stand. */
export interface SessionStanding extends AccountStanding {
  revoked: boolean;
  expiresAt: Date;
}

/** When too many failures lock an account: from `after` failures on, for `minutes`, twice as long each time, a day at most. */
export interface Lockout {
  after: number;
  minutes: number;
}

/** What came of asking whether somebody may try a password now. The try counts as failed until the login is on record. */
export type LoginAttempt =
  | { status: 'open'; passwordHash: string; locksUntil: Date | null }
  | { status: 'unknown' | 'disabled' | 'locked' | 'service' };

export interface NewRefreshToken {
  id: string;
  /** SHA-256 of the token. */
  hash: Buffer;
}

export type Rotation =
  | { status: 'rotated'; session: string; subject: string; expiresAt: Date }
  | { status: 'reused'; session: string; subject: string }
  | { status: 'invalid' };

interface RotatedRow {
  family: string;
  subject: string;
  expires_at: Date;
}

/** The session of that id, or null where it was never begun, or is long over. */
export async function findSession(db: Queryable, id: string): Promise<SessionStanding | null> {
  const { rows } = await db.query<{
    subject: string;
    kind: UserKind;
    roles: string[];
    disabled: boolean;
    not_before: Date | null;
    revoked: boolean;
    expires_at: Date;
  }>(
    `SELECT username AS subject, kind, roles, disabled, not_before, revoked, expires_at FROM users JOIN (
       SELECT subject, bool_or(revoked_at IS NOT NULL) AS revoked, max(expires_at) AS expires_at
       FROM refresh_tokens WHERE family = $1 GROUP BY subject
     ) AS session ON subject = username`,
    [id],
  );
  const [row] = rows;
  if (!row) return null;
  const { subject, kind, roles, disabled, revoked } = row;
  return { subject, kind, roles, disabled, revoked, notBefore: row.not_before, expiresAt: row.expires_at };
}

/**
 * Counts a try to log in, before the password is looked at: any number of tries at once can't be more than may be made.
 * Tries while an account is locked do not count.
 */
export async function attemptLogin(
  db: Queryable,
  username: string,
  { after, minutes }: Lockout,
): Promise<LoginAttempt> {
  const { rows } = await db.query<{ password_hash: string; locked_until: Date | null }>(
    `UPDATE users SET failed_logins = failed_logins + 1, locked_until = CASE WHEN failed_logins + 1 >= $2 THEN
       now() + least(interval '1 minute' * $3::float8 * power(2, least(failed_logins + 1 - $2, 20)), interval '1 day') END
     WHERE username = $1 AND kind = 'person' AND NOT disabled AND (locked_until IS NULL OR locked_until <= now())
     RETURNING password_hash, locked_until`,
    [username, after, minutes],
  );
  const [row] = rows;
  if (row) return { status: 'open', passwordHash: row.password_hash, locksUntil: row.locked_until };
  const closed = await db.query<{ status: 'disabled' | 'locked' | 'service' }>(
    `SELECT CASE WHEN kind = 'service' THEN 'service' WHEN disabled THEN 'disabled' ELSE 'locked' END AS status
     FROM users WHERE username = $1`,
    [username],
  );
  return closed.rows[0] ?? { status: 'unknown' };
}

/**
 * Puts a login on record, which ends the count of failures, and sweeps sessions that are over.
 * @param passwordHash that the password was found to fit
 * @returns when it ends, or null where the user has another password by now, or is disabled
 */
export async function openSession(
  db: Queryable,
  username: string,
  passwordHash: string,
  session: NewRefreshToken & { family: string; hours: number },
): Promise<Date | null> {
  const { rows } = await db.query<{ expires_at: Date }>(
    `WITH settled AS (
       UPDATE users SET failed_logins = 0, locked_until = NULL
       WHERE username = $1 AND password_hash = $2 AND NOT disabled RETURNING username
     ), swept AS (
       DELETE FROM refresh_tokens WHERE expires_at < now() - interval '1 day'
     )
     INSERT INTO refresh_tokens (id, family, subject, hash, expires_at)
     SELECT $3, $4, username, $5, now() + interval '1 hour' * $6::float8 FROM settled RETURNING expires_at`,
    [username, passwordHash, session.id, session.family, session.hash, session.hours],
  );
  return rows[0]?.expires_at ?? null;
}

/**
 * Takes a refresh token and makes the next one. One that was used before ends its session: one of the two who had it stole it.
 * Not so where it was used for the same next one, and that was not used yet: then its bearer never got the answer.
 */
export async function rotateRefreshToken(db: Queryable, hash: Buffer, next: NewRefreshToken): Promise<Rotation> {
  const { rows } = await db.query<RotatedRow>(
    `WITH used AS (
       UPDATE refresh_tokens SET used_at = now() FROM users
       WHERE hash = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
         AND username = subject AND NOT disabled AND (not_before IS NULL OR issued_at >= not_before)
       RETURNING family, subject, expires_at
     )
     INSERT INTO refresh_tokens (id, family, subject, hash, expires_at)
     SELECT $2, family, subject, $3, expires_at FROM used RETURNING family, subject, expires_at`,
    [hash, next.id, next.hash],
  );
  const row = rows[0] ?? (await repeatedRotation(db, hash, next.hash));
  if (row) return { status: 'rotated', session: row.family, subject: row.subject, expiresAt: row.expires_at };
  const reused = await db.query<{ family: string; subject: string }>(
    'SELECT family, subject FROM refresh_tokens WHERE hash = $1 AND used_at IS NOT NULL AND revoked_at IS NULL',
    [hash],
  );
  const [family] = reused.rows;
  if (!family) return { status: 'invalid' };
  await endSession(db, family.family);
  return { status: 'reused', session: family.family, subject: family.subject };
}

async function repeatedRotation(db: Queryable, spent: Buffer, next: Buffer): Promise<RotatedRow | undefined> {
  const { rows } = await db.query<RotatedRow>(
    `SELECT next.family, next.subject, next.expires_at FROM refresh_tokens AS spent JOIN refresh_tokens AS next USING (family)
     WHERE spent.hash = $1 AND spent.used_at IS NOT NULL
       AND next.hash = $2 AND next.used_at IS NULL AND next.revoked_at IS NULL AND next.expires_at > now()`,
    [spent, next],
  );
  return rows[0];
}

/** Ends a session: neither its refresh token nor its access tokens are good any more. */
export async function endSession(db: Queryable, id: string): Promise<void> {
  await db.query('UPDATE refresh_tokens SET revoked_at = now() WHERE family = $1 AND revoked_at IS NULL', [id]);
}
