import { ConfigError, parseEnvironment } from '../infra/config';
import { setAdmin } from './admin';

const shortest = 12;

/**
 * `DATABASE_URL=… ADMIN_PASSWORD=… node set-admin`: makes the admin, or gives it this password, where no `npm start` does so
 * (containers). Exit 0, 1 (failed) or 2 (bad environment).
 */
async function main(): Promise<void> {
  const { DATABASE_URL: url } = parseEnvironment(process.env);
  const password = process.env['ADMIN_PASSWORD'] ?? '';
  if (!url) throw new ConfigError(['DATABASE_URL: missing']);
  if (password.length < shortest) throw new ConfigError([`ADMIN_PASSWORD: at least ${shortest} characters are needed`]);
  const username = await setAdmin(url, password);
  process.stdout.write(`set-admin: ${username} can sign in\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`set-admin: ${error.message}\n`);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
});
