import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Client as PgClient } from 'pg';
import { ConfigError, parseEnvironment, requireTemporal } from '../infra/config';
import { besideRunningStack } from '../infra/running-stack';
import { connectTemporal } from '../temporal/connection';
import { writeBackup } from './backup-file';
import { RefusedError, runCommand } from './command';
import { readKeys } from './keys';
import { takeBackup, type Summary } from './take-backup';

const usage = `BACKUP_PASSPHRASE=… npm run backup -- <file> [--without-keys]

Backs up the installation that runs in YMERA_HOME, or whose servers the environment names: ledger, archived histories, users, keys of
the API, runbooks, hooks, every agent and run as it stands, schedules, and the keys. The passphrase seals the file; without it only
--without-keys is taken, and the file is readable by whoever has it. See docs/backup.md.
`;

runCommand('backup', async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, 'without-keys': { type: 'boolean', default: false } },
  });
  if (values.help) return void process.stdout.write(usage);
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new ConfigError([`one file is needed\n\n${usage}`]);
  const env = besideRunningStack(parseEnvironment(process.env));
  const passphrase = env.BACKUP_PASSPHRASE;
  if (passphrase === undefined && !values['without-keys']) {
    throw new RefusedError('BACKUP_PASSPHRASE is missing: keys are backed up sealed, or not at all (--without-keys)');
  }
  const target = resolve(process.env['INIT_CWD'] ?? '', file);
  if (existsSync(target)) throw new RefusedError(`${target} is there already`);
  if (env.DATABASE_URL === undefined) throw new ConfigError(['DATABASE_URL: missing, and no stack runs in YMERA_HOME']);
  const temporal = requireTemporal(env);
  const keys = values['without-keys'] ? null : await readKeys(env, resolve(env.YMERA_HOME));
  const client = connectTemporal(temporal);
  const database = new PgClient({ connectionString: env.DATABASE_URL, connectionTimeoutMillis: 5_000 });
  database.on('error', () => undefined);
  await database.connect();
  try {
    const summary: Summary = { rows: {}, histories: 0, workflows: 0, schedules: 0, left: [] };
    await writeBackup(
      target,
      takeBackup({ client, taskQueue: temporal.taskQueue, database, keys }, summary),
      passphrase,
    );
    const records = summary.rows['events'] ?? 0;
    process.stdout.write(
      `${target}: ${records} records, ${summary.histories} histories beside the archive's, ${summary.workflows} workflows, ` +
        `${summary.schedules} schedules, ${keys === null ? 'no keys' : 'keys'}${passphrase === undefined ? ', not sealed' : ''}\n`,
    );
    for (const line of summary.left) process.stdout.write(`left out: ${line}\n`);
  } finally {
    await Promise.allSettled([database.end(), client.connection.close()]);
  }
});
