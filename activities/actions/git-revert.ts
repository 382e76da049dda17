import { Type, type Static } from '@sinclair/typebox';
import { action, ActionError, type PlanContext } from './action';
import { firstSeen, forgetSeen, seenBefore } from './first-seen';
import { commitOf, hashOrNull, presentRepository, repositoryAt, type Git } from './git-client';
import { nameField, refField, repositoryField } from './git-names';
import { allowedPath } from './roots';

const input = Type.Object(
  {
    path: repositoryField,
    commits: Type.Array(refField(), { description: 'What is to be taken back.', minItems: 1, maxItems: 100 }),
    branch: nameField('Where the new commit goes; made where it is not there, and checked out.'),
    from: refField({ description: 'Where a new branch begins.', default: 'HEAD' }),
    mainline: Type.Optional(Type.Integer({ description: 'Parent to go back to, of merges.', minimum: 1, maximum: 9 })),
    message: Type.Optional(Type.String({ minLength: 1, maxLength: 4000 })),
  },
  { additionalProperties: false },
);

const hash = Type.String();
const output = Type.Object({
  path: Type.String(),
  branch: Type.String(),
  sha: Type.String({ description: 'The new commit.' }),
  reverted: Type.Array(hash),
  created: Type.Boolean({ description: 'Whether the branch was made.' }),
  before: Type.Object({
    branch: Type.Union([hash, Type.Null()], { description: 'Where the branch stood.' }),
    head: Type.String({ description: 'What was checked out: a branch, or a commit.' }),
  }),
});

type Input = Static<typeof input>;
type Before = Static<typeof output>['before'];

export const gitRevert = action({
  name: 'git.revert',
  title: 'Revert commits',
  description: 'Takes commits back by one new commit on a branch of a clone, and leaves that branch checked out.',
  input,
  output,
  effect: 'reversible',
  // The commit names the step that made it.
  idempotent: true,
  timeout: 120,
  locks: async ({ path }, context) => [`git:${await allowedPath(path, 'write', context)}`],

  async plan({ path, commits, branch, from, mainline }, context) {
    const found = await repositoryAt(path, 'write', context);
    const of = async (ref: string): Promise<string> => (found ? commitOf(found.git, ref) : ref);
    const tip = found ? await hashOrNull(found.git, `refs/heads/${branch}`) : null;
    const onto = tip ?? (await of(from));
    const reverts = await Promise.all(commits.map(of));
    return {
      repository: found?.path ?? path,
      reverts,
      branch,
      onto,
      creates: tip === null,
      mainline: mainline ?? null,
    };
  },

  async run(given, context) {
    const { path, git } = await presentRepository(given.path, 'write', context);
    const again = (await seenBefore(context)) !== null;
    const before = await firstSeen<Before>(context, () => lookAround(git, given.branch));
    const done = await ownCommit(git, given, context);
    if (done) return result(path, given, before, done, git);
    if (again) await clearUp(git, given, before);
    if (await git('status', '--porcelain', '--untracked-files=no')) {
      throw new ActionError('dirty', `${path} holds changes that are not committed`);
    }
    const start = before.branch ?? (await commitOf(git, given.from));
    const reverts = await newestFirst(git, await Promise.all(given.commits.map((ref) => commitOf(git, ref))), start);
    try {
      await git('checkout', '--quiet', ...(before.branch ? [given.branch] : ['-b', given.branch, start]), '--');
      await git('revert', '--no-commit', ...(given.mainline ? ['-m', String(given.mainline)] : []), ...reverts);
      await git('commit', '--quiet', '--no-verify', '-m', messageOf(given, reverts), '-m', trailer(context));
    } catch (error) {
      if (!context.signal.aborted) await clearUp(git, given, before);
      throw new ActionError('not_reverted', `it can not be reverted: ${(error as Error).message}`);
    }
    await context.log('info', await git('show', '--stat', '--no-color', '--no-ext-diff', 'HEAD', '--'));
    return result(path, given, before, await commitOf(git, 'HEAD'), git);
  },

  async verify(given, context) {
    const before = await seenBefore<Before>(context);
    const found = before ? await repositoryAt(given.path, 'write', context) : null;
    const done = found ? await ownCommit(found.git, given, context) : null;
    return found && before && done ? { done: await result(found.path, given, before, done, found.git) } : 'not_done';
  },

  async undo({ branch }, made, context) {
    const { git } = await presentRepository(made.path, 'write', context);
    const tip = await hashOrNull(git, `refs/heads/${branch}`);
    if (tip !== made.before.branch) {
      if (tip !== made.sha) throw new ActionError('changed_since', `the branch ${branch} has moved on since`);
      if ((await headOf(git)) === branch) await leave(git, branch, made.before);
      await putBack(git, branch, made.before);
    }
    await forgetSeen(context);
  },
});

async function result(
  path: string,
  { branch, commits }: Input,
  before: Before,
  sha: string,
  git: Git,
): Promise<Static<typeof output>> {
  const reverted = await Promise.all(commits.map((ref) => commitOf(git, ref)));
  return { path, branch, sha, reverted, created: before.branch === null, before };
}

async function lookAround(git: Git, branch: string): Promise<Before> {
  return { branch: await hashOrNull(git, `refs/heads/${branch}`), head: await headOf(git) };
}

/** The branch that is checked out, or the commit where there is none. */
async function headOf(git: Git): Promise<string> {
  const name = (await git('rev-parse', '--abbrev-ref', 'HEAD')).trim();
  return name === 'HEAD' ? commitOf(git, 'HEAD') : name;
}

/** What an earlier try has committed. */
async function ownCommit(git: Git, { branch }: Input, context: PlanContext): Promise<string | null> {
  const tip = await hashOrNull(git, `refs/heads/${branch}`);
  if (!tip) return null;
  const message = await git('log', '-1', '--format=%B', tip, '--');
  return message.split('\n').includes(trailer(context)) ? tip : null;
}

function trailer({ idempotencyKey }: PlanContext): string {
  return `Ymera-Step: ${idempotencyKey}`;
}

function messageOf({ message }: Input, reverts: string[]): string {
  return message ?? `Revert ${reverts.map((sha) => sha.slice(0, 12)).join(', ')}`;
}

/** In the order in which they can be taken back. @throws ActionError `not_reverted` where one is not part of the history */
async function newestFirst(git: Git, commits: string[], start: string): Promise<string[]> {
  const wanted = new Set(commits);
  const history = (await git('rev-list', '--topo-order', start, '--')).split('\n').filter((sha) => wanted.has(sha));
  if (history.length < wanted.size)
    throw new ActionError('not_reverted', 'a commit is not in the history of the branch');
  return history;
}

/** Everything as it was before the first try. */
async function clearUp(git: Git, { branch }: Input, before: Before): Promise<void> {
  await git('revert', '--quit').catch(() => undefined);
  await git('reset', '--quiet', '--hard');
  if ((await headOf(git)) === branch && before.head !== branch) await leave(git, branch, before);
  if (before.head !== branch) await putBack(git, branch, before);
}

async function leave(git: Git, branch: string, { head, branch: tip }: Before): Promise<void> {
  if (head === branch) await git('reset', '--quiet', '--hard', tip as string);
  else await git('checkout', '--quiet', head, '--');
}

async function putBack(git: Git, branch: string, before: Before): Promise<void> {
  if (before.branch) await git('update-ref', `refs/heads/${branch}`, before.branch);
  else if (await hashOrNull(git, `refs/heads/${branch}`)) await git('branch', '--quiet', '-D', branch);
}
