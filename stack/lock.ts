import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { readJson } from './files';
import { identityOf } from './processes';

/** Another stack runs in this home. */
export class HomeBusyError extends Error {
  readonly code = 'home_busy';
  constructor(home: string, pid: number) {
    super(`a stack is running in ${home} already (process ${pid}); end it, or choose another folder with YMERA_HOME`);
  }
}

interface Owner {
  pid: number;
  identity: string;
}

/**
 * Takes the home for this process alone. The lock of a process that is gone is taken over.
 * @returns a function that gives it back.
 * @throws HomeBusyError while another one has it.
 */
export async function lockHome(home: string): Promise<() => Promise<void>> {
  const file = join(home, 'lock');
  await mkdir(home, { recursive: true });
  const mine = JSON.stringify({ pid: process.pid, identity: identityOf(process.pid) ?? '' } satisfies Owner);
  const temporary = `${file}.${randomUUID()}`;
  const handle = await open(temporary, 'wx', 0o600);
  await handle.writeFile(mine).finally(() => handle.close());
  try {
    for (;;) {
      if (await linked(temporary, file)) return () => rm(file, { force: true });
      await clearStale(home, file);
    }
  } finally {
    await rm(temporary, { force: true });
  }
}

async function clearStale(home: string, file: string): Promise<void> {
  const owner = (await readJson(file)) as Owner | null;
  if (owner !== null && identityOf(owner.pid) === owner.identity) throw new HomeBusyError(home, owner.pid);
  // Renaming before removing lets only one of several takers have the stale file; what was taken is looked at again,
  // since it may be the fresh lock of a taker who was quicker.
  const taken = `${file}.${randomUUID()}`;
  await rename(file, taken).catch(ignoreMissing);
  const now = (await readJson(taken)) as Owner | null;
  if (now !== null && identityOf(now.pid) === now.identity) {
    await linked(taken, file);
    await rm(taken, { force: true });
    throw new HomeBusyError(home, now.pid);
  }
  await rm(taken, { force: true });
}

async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
