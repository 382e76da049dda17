import { verify } from '@node-rs/argon2';
import { Client } from 'pg';
import { hashPassword } from '../infra/password-hash';
import { randomSecret } from './files';
import type { Credentials } from './stack-file';

const username = 'admin';

/**
 * Makes sure that the database knows the admin. The password kept so far stays while the database's hash fits it;
 * otherwise (first start, other database, changed hash) a new one of 24 characters is set.
 * @returns the credentials that work.
 */
export async function ensureAdmin(databaseUrl: string, kept: Credentials | null): Promise<Credentials> {
  return withClient(databaseUrl, async (client) => {
    if (kept !== null && (await isValid(client, kept))) return kept;
    const password = randomSecret(18);
    await upsert(client, password);
    return { username, password };
  });
}

/**
 * Makes the admin where it is missing, and gives it this password; also enables it, since this is the way back in for those who have
 * locked themselves out.
 * @returns its user name.
 */
export async function setAdmin(databaseUrl: string, password: string): Promise<string> {
  await withClient(databaseUrl, async (client) => {
    if (!(await isValid(client, { username, password }))) return upsert(client, password);
    await client.query('UPDATE users SET roles = $2, disabled = false, locked_until = NULL WHERE username = $1', [
      username,
      ['admin'],
    ]);
  });
  return username;
}

async function upsert(client: Client, password: string): Promise<void> {
  await client.query(
    `INSERT INTO users (username, password_hash, roles) VALUES ($1, $2, $3)
     ON CONFLICT (username) DO UPDATE SET password_hash = excluded.password_hash, roles = excluded.roles, disabled = false,
       failed_logins = 0, locked_until = NULL, not_before = now(), updated_at = now()`,
    [username, await hashPassword(password), ['admin']],
  );
}

async function isValid(client: Client, kept: Credentials): Promise<boolean> {
  const { rows } = await client.query<{ password_hash: string }>(
    'SELECT password_hash FROM users WHERE username = $1',
    [kept.username],
  );
  const stored = rows[0]?.password_hash;
  return stored !== undefined && verify(stored, kept.password).catch(() => false);
}

async function withClient<T>(databaseUrl: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
