import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { action, ActionError, type PlanContext } from './action';
import { firstSeen, forgetSeen, keptFolder } from './first-seen';
import { commitOf, gitIn, hashOrNull, repositoryAt } from './git-client';
import { allowedRemote, authorizationField, refField, remoteCommit } from './git-names';
import { allowedPath, isBelow } from './roots';
import { madeWorkspace, workspaceOf } from './workspace';

const input = Type.Object(
  {
    url: Type.String({ description: 'Over https, http or ssh, or a folder below those to be read.', maxLength: 2048 }),
    ref: refField({ description: 'Full hash of a commit, a branch or a tag.', default: 'HEAD' }),
    path: Type.Optional(
      Type.String({
        description: 'Folder in the workspace of the run; as the repository is called unless told.',
        pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]*$',
        maxLength: 100,
      }),
    ),
    authorization: authorizationField,
  },
  { additionalProperties: false },
);

const output = Type.Object({
  path: Type.String({ description: 'Absolute path of the clone.' }),
  url: Type.String(),
  sha: Type.String({ description: 'The commit that is checked out, with no branch.' }),
  made: Type.Boolean({ description: 'False where it was there already.' }),
});

type Input = Static<typeof input>;
interface Wanted {
  url: string;
  sha: string;
}

export const gitClone = action({
  name: 'git.clone',
  title: 'Clone a repository',
  description: 'Clones into the workspace of the run, and checks out one commit. Submodules and hooks stay out.',
  input,
  output,
  effect: 'reversible',
  idempotent: true,
  timeout: 600,
  locks: async (given, context) => [`git:${folderOf(given, context)}`],

  async plan(given, context) {
    const { url, sha } = await wanted(given, context);
    return { url, sha, into: relative(workspaceOf(context), folderOf(given, context)) };
  },

  async run(given, context) {
    await madeWorkspace(context);
    const folder = await allowedPath(folderOf(given, context), 'write', context);
    const { url, sha } = (context.approved as Wanted | undefined) ?? (await wanted(given, context));
    const { existed } = await firstSeen(context, async () => ({ existed: await isThere(folder) }));
    if (await isThere(folder)) {
      const present = await repositoryAt(folder, 'write', context);
      if (!present || (await hashOrNull(present.git, 'HEAD')) !== sha) {
        throw new ActionError('exists', `there is something else at ${folder}`);
      }
    } else {
      await context.log('info', `cloning ${url} at ${sha}\n`);
      await cloneInto(folder, url, sha, given, context);
    }
    return { path: folder, url, sha, made: !existed };
  },

  async undo(_, { path, made }, context) {
    const folder = await allowedPath(path, 'write', context);
    const workspace = await allowedPath('.', 'write', context);
    if (!isBelow(folder, workspace) || folder === workspace) {
      throw new ActionError('not_allowed', `${path} is not in the workspace of the run`);
    }
    if (made) await rm(folder, { recursive: true, force: true });
    await forgetSeen(context);
  },
});

async function wanted({ url, ref, authorization }: Input, context: PlanContext): Promise<Wanted> {
  const remote = await allowedRemote(url, 'read', context);
  // No repository is needed to ask another; any folder will do.
  return { url: remote, sha: await remoteCommit(remote, ref, tmpdir(), context, authorization) };
}

function folderOf({ url, path }: Input, context: PlanContext): string {
  const name = path ?? basename(url.replace(/\/+$/, '').replaceAll(':', '/')).replace(/\.git$/, '');
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name))
    throw new ActionError('invalid_input', '`path` must name the folder');
  return join(workspaceOf(context), name);
}

/** Beside it and then in its place: a clone is there as a whole or not at all. */
async function cloneInto(
  folder: string,
  url: string,
  sha: string,
  { authorization }: Input,
  context: PlanContext,
): Promise<void> {
  const beside = join(keptFolder(context), 'clone');
  await rm(beside, { recursive: true, force: true });
  await mkdir(dirname(beside), { recursive: true });
  const clone = gitIn(dirname(beside), context, authorization);
  await clone('clone', '--quiet', '--no-checkout', '--no-local', '--no-recurse-submodules', '--', url, beside);
  const git = gitIn(beside, context);
  await git('checkout', '--quiet', '--detach', await commitOf(git, sha), '--');
  await rename(beside, folder);
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
