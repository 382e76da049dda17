import { Type, type Static } from '@sinclair/typebox';
import { action, ActionError, type PlanContext } from './action';
import { firstSeen, seenBefore } from './first-seen';
import { gitIn, hashOrNull, presentRepository, repositoryAt, type Git } from './git-client';
import { allowedRemote, authorizationField, nameField, remoteRefs, repositoryField } from './git-names';
import { allowedPath } from './roots';

const input = Type.Object(
  {
    path: repositoryField,
    branch: Type.Optional(nameField('The branch to be pushed.')),
    tag: Type.Optional(nameField('Or the tag.')),
    authorization: authorizationField,
  },
  { additionalProperties: false },
);

const output = Type.Object({
  remote: Type.String(),
  ref: Type.String(),
  sha: Type.String(),
  before: Type.Union([Type.String(), Type.Null()], { description: 'Where the remote stood; null where it had none.' }),
});

type Input = Static<typeof input>;

export const gitPush = action({
  name: 'git.push',
  title: 'Push a branch or a tag',
  description: 'Pushes to where the repository was cloned from. Never by force: what others have pushed since stays.',
  input,
  output,
  effect: 'destructive',
  idempotent: true,
  timeout: 300,
  locks: async ({ path }, context) => [`git:${await allowedPath(path, 'write', context)}`],

  async plan(given, context) {
    const found = await repositoryAt(given.path, 'write', context);
    const ref = refOf(given);
    if (!found) return { repository: given.path, ref };
    const { remote, before } = await stateOf(found, given, context);
    return { repository: found.path, remote, ref, from: before, to: await hashOrNull(found.git, ref) };
  },

  async run(given, context) {
    const found = await presentRepository(given.path, 'write', context);
    const ref = refOf(given);
    const sha = await hashOrNull(found.git, ref);
    if (!sha) throw new ActionError('unknown_ref', `the repository has no ${ref}`);
    const { remote, before: now } = await stateOf(found, given, context);
    const { before } = await firstSeen(context, async () => ({ before: now }));
    if (now !== sha) {
      const git = gitIn(found.path, context, given.authorization);
      await context.log('info', await git('push', '--porcelain', '--no-verify', '--', remote, `${sha}:${ref}`));
    }
    return { remote, ref, sha, before };
  },

  async verify(given, context) {
    const seen = await seenBefore<{ before: string | null }>(context);
    const found = seen ? await repositoryAt(given.path, 'write', context) : null;
    if (!seen || !found) return 'not_done';
    const ref = refOf(given);
    const sha = await hashOrNull(found.git, ref);
    const { remote, before: now } = await stateOf(found, given, context);
    return sha && now === sha ? { done: { remote, ref, sha, before: seen.before } } : 'not_done';
  },
});

function refOf({ branch, tag }: Input): string {
  if ((branch === undefined) === (tag === undefined)) {
    throw new ActionError('invalid_input', 'git.push takes either `branch` or `tag`');
  }
  return branch === undefined ? `refs/tags/${tag}` : `refs/heads/${branch}`;
}

async function stateOf(
  { path, git }: { path: string; git: Git },
  given: Input,
  context: PlanContext,
): Promise<{ remote: string; before: string | null }> {
  const url = (await git('remote', 'get-url', 'origin')).trim();
  const remote = await allowedRemote(url, 'write', context);
  const refs = await remoteRefs(remote, path, context, given.authorization);
  return { remote, before: refs.get(refOf(given)) ?? null };
}
