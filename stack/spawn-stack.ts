import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { distDir } from '../infra/paths';
import { endsWithParent } from './parent-death';

/** A whole stack as a child process, for programs that bring their own; it ends with them, however they end. */
export async function spawnStack(env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const [command, ...args] = await endsWithParent([process.execPath, join(distDir, 'stack.js')], 'SIGTERM');
  return spawn(command, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
}
