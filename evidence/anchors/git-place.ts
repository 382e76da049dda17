import { join } from 'node:path';
import { simpleGit, type SimpleGit } from 'simple-git';
import { appendCheckpoints } from './file-place';
import type { Place } from './place';

const file = 'checkpoints.ndjson';
/** A git that says nothing for so long is given up. */
const silenceMs = 30_000;

/**
 * Commits checkpoints to a git repository, and pushes them where it has a remote `origin`.
 * @param folder its work tree
 */
export function gitPlace(folder: string): Place {
  return {
    name: 'git',
    target: folder,
    async put(checkpoints, signal) {
      const [first, last] = [checkpoints[0]?.number, checkpoints.at(-1)?.number];
      const git = simpleGit({ baseDir: folder, abort: signal, timeout: { block: silenceMs } });
      await said('is no git repository', () => git.revparse(['--show-toplevel']));
      await appendCheckpoints(join(folder, file), checkpoints);
      await said('refuses a commit', () => commit(git, `checkpoint ${first === last ? first : `${first} to ${last}`}`));
      await said('can not be pushed', () => push(git));
    },
  };
}

async function commit(git: SimpleGit, message: string): Promise<void> {
  await git.add(file);
  // An earlier try may have come to here.
  if ((await git.diff(['--cached', '--name-only', '--', file])).trim() === '') return;
  const name = ['-c', 'user.name=Ymera', '-c', 'user.email=ymera@localhost'];
  await git.raw([...name, 'commit', '--quiet', '--no-gpg-sign', '-m', message, '--', file]);
}

async function push(git: SimpleGit): Promise<void> {
  const remotes = await git.getRemotes();
  if (remotes.some(({ name }) => name === 'origin')) await git.raw(['push', '--quiet', 'origin', 'HEAD']);
}

/** What git itself says may hold an address with a password. */
async function said(what: string, doing: () => Promise<unknown>): Promise<void> {
  try {
    await doing();
  } catch (cause) {
    throw new Error(`the repository ${what}`, { cause });
  }
}
