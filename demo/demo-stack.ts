import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnStack } from '../stack/spawn-stack';

export interface DemoStack extends AsyncDisposable {
  api: string;
  ws: string;
  credentials: { username: string; password: string };
}

/** The stack of `npm start` where it runs, else one of the demo's own, which ends with it. */
export async function ownOrRunningStack(say: (text: string) => void): Promise<DemoStack> {
  const running = await readStack(process.env['YMERA_HOME'] || '.ymera');
  if (running) return { ...running, [Symbol.asyncDispose]: () => Promise.resolve() };
  return ownStack(say);
}

/** A stack that ends with whoever has it. @param more settings of it */
export async function ownStack(say: (text: string) => void, more: NodeJS.ProcessEnv = {}): Promise<DemoStack> {
  say('Starting a stack for the demo …');
  const home = await mkdtemp(join(tmpdir(), 'ymera-demo-home-'));
  const env = { ...process.env, ...more, YMERA_HOME: home, PORT: '0' };
  const child = await spawnStack(env);
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await rm(home, { recursive: true, force: true });
  };
  for (;;) {
    const stack = await readStack(home);
    if (stack) return { ...stack, [Symbol.asyncDispose]: stop };
    if (child.exitCode !== null) throw new Error('the stack did not start');
    await delay(100);
  }
}

async function readStack(home: string): Promise<Omit<DemoStack, typeof Symbol.asyncDispose> | null> {
  const file = join(home, 'stack.json');
  if (!existsSync(file)) return null;
  const stack = JSON.parse(readFileSync(file, 'utf8')) as Partial<DemoStack>;
  if (!stack.api || !stack.ws || !stack.credentials) return null;
  const { api, ws, credentials } = stack;
  const alive = await fetch(`${api}/healthz`, { signal: AbortSignal.timeout(2000) }).then(
    (r) => r.ok,
    () => false,
  );
  return alive ? { api, ws, credentials } : null;
}
