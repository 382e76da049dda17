import { Type, type Static } from '@sinclair/typebox';
import { action, ActionError, type PlanContext } from './action';
import { commitOf, hashOrNull, presentRepository, repositoryAt, type Git } from './git-client';
import { nameField, refField, repositoryField } from './git-names';
import { allowedPath } from './roots';

const input = Type.Object(
  {
    path: repositoryField,
    name: nameField('Of the tag.'),
    ref: refField({ description: 'The commit to be tagged.', default: 'HEAD' }),
    message: Type.String({ minLength: 1, maxLength: 4000 }),
  },
  { additionalProperties: false },
);

const output = Type.Object({
  path: Type.String(),
  name: Type.String(),
  sha: Type.String({ description: 'The commit that it names.' }),
  object: Type.String({ description: 'The tag itself.' }),
});

export const gitTag = action({
  name: 'git.tag',
  title: 'Tag a commit',
  description: 'Makes an annotated tag in a clone. One that is there already is never moved.',
  input,
  output,
  effect: 'reversible',
  // The tag names the step that made it.
  idempotent: true,
  timeout: 30,
  locks: async ({ path }, context) => [`git:${await allowedPath(path, 'write', context)}`],

  async plan({ path, name, ref, message }, context) {
    const found = await repositoryAt(path, 'write', context);
    const tags = found ? await commitOf(found.git, ref) : ref;
    const present = found ? await hashOrNull(found.git, `refs/tags/${name}`) : null;
    return { repository: found?.path ?? path, name, tags, message, exists: present !== null };
  },

  async run({ name, ref, message, ...given }, context) {
    const { path, git } = await presentRepository(given.path, 'write', context);
    const own = await ownTag(git, name, context);
    if (own === 'of_others') throw new ActionError('exists', `there is a tag ${name} already`);
    if (own === null) await git('tag', '-a', '-m', message, '-m', markOf(context), name, await commitOf(git, ref));
    return made(path, git, name);
  },

  async verify({ path, name }, context) {
    const found = await repositoryAt(path, 'write', context);
    const own = found ? await ownTag(found.git, name, context) : null;
    return found && own === 'own' ? { done: await made(found.path, found.git, name) } : 'not_done';
  },

  async undo({ name }, { path, object }, context) {
    const { git } = await presentRepository(path, 'write', context);
    const present = await hashOrNull(git, `refs/tags/${name}`);
    if (present === null) return;
    if (present !== object) throw new ActionError('changed_since', `the tag ${name} is another one by now`);
    await git('tag', '-d', name);
  },
});

function markOf({ idempotencyKey }: PlanContext): string {
  return `Ymera-Step: ${idempotencyKey}`;
}

/** Whether a tag of this name is there, and whether this step has made it. */
async function ownTag(git: Git, name: string, context: PlanContext): Promise<'own' | 'of_others' | null> {
  const present = await hashOrNull(git, `refs/tags/${name}`);
  if (!present) return null;
  return (await git('cat-file', '-p', present)).split('\n').includes(markOf(context)) ? 'own' : 'of_others';
}

async function made(path: string, git: Git, name: string): Promise<Static<typeof output>> {
  const object = (await hashOrNull(git, `refs/tags/${name}`)) as string;
  return { path, name, sha: await commitOf(git, `refs/tags/${name}`), object };
}
