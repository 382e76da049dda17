import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { distDir } from '../../infra/paths';
import { endsWithParent } from '../../stack/parent-death';
import type { TestStack } from './stack';

/** Another API process beside that of a stack, on the same servers. @param env beside what the stack's own API has */
export async function startSecondApi(
  { home, file }: TestStack,
  env: NodeJS.ProcessEnv,
): Promise<{ origin: string; stop(): Promise<void> }> {
  const [command, ...args] = await endsWithParent([process.execPath, join(distDir, 'api.js')], 'SIGTERM');
  const logFile = join(mkdtempSync(join(home, 'logs', 'api-')), 'api.log');
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(command, args, {
    env: {
      ...process.env,
      ...env,
      ENVIRONMENT: 'test',
      LOG_LEVEL: 'info',
      PORT: '0',
      YMERA_HOME: home,
      SECRET_KEY: readFileSync(join(home, 'secret-key'), 'utf8').trim(),
      TEMPORAL_ADDRESS: file.temporal.address,
      TEMPORAL_NAMESPACE: file.temporal.namespace,
      NATS_SERVERS: file.nats,
      REDIS_URL: file.redis,
      DATABASE_URL: file.postgres,
    },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const port = await new Promise<string>((resolve, reject) => {
    const look = setInterval(() => {
      const ready = /"port":(\d+),"msg":"ready"/.exec(readFileSync(logFile, 'utf8'));
      if (ready) resolve(ready[1] as string);
      else if (child.exitCode !== null) reject(new Error(`the second API ended\n${readFileSync(logFile, 'utf8')}`));
      else return;
      clearInterval(look);
    }, 50);
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
