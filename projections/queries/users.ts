import type { Queryable } from './queryable';

export interface User {
  username: string;
  /** Argon2 in PHC format. */
  passwordHash: string;
  roles: string[];
}

/** The user of that name, or null. */
export async function findUser(db: Queryable, username: string): Promise<User | null> {
  const { rows } = await db.query<{ username: string; password_hash: string; roles: string[] }>(
    'SELECT username, password_hash, roles FROM users WHERE username = $1',
    [username],
  );
  const row = rows[0];
  return row ? { username: row.username, passwordHash: row.password_hash, roles: row.roles } : null;
}
