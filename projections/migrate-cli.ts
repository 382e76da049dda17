import { ConfigError, parseEnvironment } from '../infra/config';
import { migrate } from './migrate';

/** `DATABASE_URL=… node migrate-cli`: brings the database to the newest schema. Exit 0, 1 (failed) or 2 (bad environment). */
async function main(): Promise<number> {
  try {
    const { DATABASE_URL: url } = parseEnvironment(process.env);
    if (!url) throw new ConfigError(['DATABASE_URL: missing']);
    await migrate(url);
    process.stdout.write('migrate: the database is up to date\n');
    return 0;
  } catch (error) {
    process.stderr.write(
      `migrate: ${error instanceof Error ? error.message : String(error)}\n`.replace(/\n(?=.)/g, ' '),
    );
    return error instanceof ConfigError ? 2 : 1;
  }
}

void main().then((code) => process.exit(code));
