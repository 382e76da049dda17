import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isProgram } from '../../infra/programs';

/**
 * The folder that keeps downloaded server programs, shared by all projects of one user.
 * @param readableByAll for a program that must run under another uid: root's own cache is closed to others.
 */
export function cacheFolder(env: NodeJS.ProcessEnv, readableByAll = false): string {
  if (readableByAll && process.getuid?.() === 0) return '/var/cache/ymera/bin';
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ymera', 'bin');
}

/**
 * Fills `folder` once: `fill` writes into a temporary neighbour, which is then renamed, so that a reader sees all of it
 * or nothing, and of two writers at the same time the first one wins.
 * @param program path of the program below `folder`; after filling it must exist and is made executable.
 * @returns the program's absolute path.
 * @throws whatever `fill` throws, or Error when the program is not where it should be.
 */
export async function fillOnce(
  folder: string,
  program: string,
  fill: (temporary: string) => Promise<void>,
): Promise<string> {
  const target = join(folder, program);
  if (isProgram(target)) return target;
  const temporary = `${folder}.tmp-${randomUUID()}`;
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await chmod(join(temporary, program), 0o755);
    await rename(temporary, folder).catch(async (error: unknown) => {
      if (!isProgram(target)) throw error;
    });
    return target;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
