import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, parseEnvironment } from '../infra/config';
import { checkBackup } from './backup-file';
import { RefusedError, runCommand } from './command';
import { keysIn, writeKeys } from './keys';
import { assertEmpty, assertKnown, restoreBackup } from './restore-backup';
import { RestoreServers } from './servers';

const usage = `BACKUP_PASSPHRASE=… YMERA_HOME=<new folder> npm run restore -- <file>

Restores a backup into an empty installation: one in a new home, or the empty servers that the environment names. No worker, projector,
keeper or API may run there meanwhile. Afterwards \`npm start\` goes on with it. See docs/backup.md.
`;

runCommand('restore', async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return void process.stdout.write(usage);
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new ConfigError([`one file is needed\n\n${usage}`]);
  const env = parseEnvironment(process.env);
  const passphrase = env.BACKUP_PASSPHRASE;
  const source = resolve(process.env['INIT_CWD'] ?? '', file);
  // All of it is read once before anything is touched.
  const { head, keys } = await checkBackup(source, passphrase);
  assertKnown(head);
  const home = resolve(env.YMERA_HOME);
  const there = await keysIn(home);
  if (there.length > 0) throw new RefusedError(`${home} is not empty: it has ${there.join(' and ')}`);
  const { encryptionKey } = keys;
  await using servers = await RestoreServers.start(home, {
    ...env,
    // Agents are begun again as they were: encrypted by the key of old where none is given.
    ...(env.YMERA_ENCRYPTION_KEY === undefined && encryptionKey !== undefined
      ? { YMERA_ENCRYPTION_KEY: encryptionKey }
      : {}),
  });
  await assertEmpty(servers.destination);
  const { workflows, schedules } = await restoreBackup(servers.destination, source, passphrase, head);
  const wanted = await writeKeys(home, keys);
  process.stdout.write(
    `restored as of ${head.takenAt}: ${workflows} workflows and ${schedules} schedules go on when workers run\n`,
  );
  if (wanted.length > 0) process.stdout.write(`give the processes ${wanted.join(' and ')} of ${home}/restored.env\n`);
  process.stdout.write('runs that were open are paused: look at each, then resume or cancel it\n');
});
