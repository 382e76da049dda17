import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError, parseEnvironment } from '../infra/config';
import { createLogger } from '../infra/logger';
import { createPool } from '../infra/postgres/pool';
import { besideRunningStack } from '../infra/running-stack';
import { RotationError, rotateKey } from './rotate-key';

/** `npm run evidence:rotate`: where the stack of `YMERA_HOME` runs, or with `DATABASE_URL` and `EVIDENCE_KEY_FILE`. */
async function main(): Promise<void> {
  const env = besideRunningStack(parseEnvironment(process.env));
  const home = resolve(env.YMERA_HOME);
  const url = env.DATABASE_URL;
  const file = env.EVIDENCE_KEY_FILE ?? join(home, 'evidence-key.pem');
  if (url === undefined) throw new ConfigError([`DATABASE_URL: missing, and no stack runs in ${home}`]);
  if (!existsSync(file)) throw new ConfigError([`EVIDENCE_KEY_FILE: missing, and there is no key in ${home}`]);
  const pool = createPool(url, createLogger('evidence-rotate', 'warn'), 1);
  try {
    const { before, after } = await rotateKey(pool, file);
    process.stdout.write(
      `the key ${before} vouches for ${after}, which signs from now on; the old one is ${file}.${before}\n`,
    );
  } finally {
    await pool.end();
  }
}

main().catch((error: Error) => {
  process.stderr.write(`evidence:rotate: ${error.message}\n`);
  process.exitCode = error instanceof ConfigError ? 2 : error instanceof RotationError ? 3 : 1;
});
