import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
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
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const ready = /"port":(\d+),"msg":"ready"/.exec(output);
      if (ready) resolve(ready[1] as string);
    });
    child.once('exit', (code) => reject(new Error(`the second API ended (${code})\n${output}`)));
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
