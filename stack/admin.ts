import { hash, verify } from '@node-rs/argon2';
import { Client } from 'pg';
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

/** Makes the admin where it is missing, and gives it this password. @returns its user name. */
export async function setAdmin(databaseUrl: string, password: string): Promise<string> {
  await withClient(databaseUrl, (client) => upsert(client, password));
  return username;
}

async function upsert(client: Client, password: string): Promise<void> {
  await client.query(
    `INSERT INTO users (username, password_hash, roles) VALUES ($1, $2, $3)
     ON CONFLICT (username) DO UPDATE SET password_hash = excluded.password_hash, roles = excluded.roles`,
    [username, await hash(password), ['admin']],
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
