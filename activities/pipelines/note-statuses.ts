import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ActionError, type PlanContext } from '../actions/action';
import { madeKeptFolder } from '../actions/first-seen';
import { gitIn, type Git } from '../actions/git-client';
import type { CommitStatus, CommitStatuses } from './commit-status';

export const statusNotes = 'refs/notes/ymera';
/** Others may push to the notes at the same time. */
const mostTries = 10;

type Noted = Record<string, Omit<CommitStatus, 'context'>>;

/**
 * Statuses as notes of the commits, in the repository itself: one JSON object for each commit, by context. For any git server;
 * `git log --notes=ymera` shows them.
 * @param remote as `allowedRemote` has checked it
 */
export function noteStatuses(
  { remote, authorization }: { remote: string; authorization?: string },
  context: PlanContext,
): CommitStatuses {
  async function withNotes<T>(work: (git: Git, before: string) => Promise<T>): Promise<T> {
    const folder = join(await madeKeptFolder(context), 'notes.git');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    try {
      const git = gitIn(folder, context, authorization);
      await git('init', '--quiet', '--bare', '.');
      const known = await git('ls-remote', '--', remote, statusNotes);
      const before = known.split('\t')[0] ?? '';
      if (before !== '') await git('fetch', '--quiet', '--no-tags', '--', remote, `${statusNotes}:${statusNotes}`);
      return await work(git, before);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return {
    get: (sha, name) =>
      withNotes(async (git) => {
        const status = (await notesOf(git, sha))[name];
        return status ? { context: name, ...status } : null;
      }),
    async set(sha, { context: name, ...status }) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await withNotes(async (git, before) => {
            const noted = { ...(await notesOf(git, sha)), [name]: status };
            await git('notes', `--ref=${statusNotes}`, 'add', '--force', '-m', JSON.stringify(noted), sha);
            // Not over what somebody else has noted since.
            await git('push', '--quiet', `--force-with-lease=${statusNotes}:${before}`, '--', remote, statusNotes);
          });
        } catch (error) {
          if (tries === mostTries || !(error instanceof ActionError)) throw error;
          await delay(tries * 100 * Math.random());
        }
      }
    },
  };
}

/** What other tools have noted there is left out. */
async function notesOf(git: Git, sha: string): Promise<Noted> {
  const text = await git('notes', `--ref=${statusNotes}`, 'show', sha).catch((error: unknown) => {
    if (error instanceof ActionError) return '{}';
    throw error;
  });
  try {
    return JSON.parse(text) as Noted;
  } catch {
    return {};
  }
}
