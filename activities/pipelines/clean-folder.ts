import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PlanContext } from '../actions/action';
import { keptFolder, madeKeptFolder } from '../actions/first-seen';
import { commitOf, gitIn, presentRepository } from '../actions/git-client';

/**
 * Does work in a folder that holds one commit of a repository and nothing else. Each try has a new one: what a worker that was
 * lost has left is removed first, and what was made is removed after.
 */
export async function inCleanFolder<T>(
  { path, sha }: { path: string; sha: string },
  context: PlanContext,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const repository = await presentRepository(path, 'read', context);
  const commit = await commitOf(repository.git, sha);
  await rm(keptFolder(context), { recursive: true, force: true });
  const folder = await mkdtemp(join(await madeKeptFolder(context), 'work-'));
  try {
    // Objects are borrowed from the clone: the run's workspace has both.
    const clone = gitIn(dirname(folder), context);
    await clone('clone', '--quiet', '--no-checkout', '--shared', '--', repository.path, folder);
    await gitIn(folder, context)('checkout', '--quiet', '--detach', commit, '--');
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
