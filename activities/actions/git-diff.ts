import { Type } from '@sinclair/typebox';
import { action, ActionError } from './action';
import { commitOf, hashOrNull, presentRepository, repositoryAt } from './git-client';
import { refField, repositoryField } from './git-names';

const mostFiles = 500;

const input = Type.Object(
  {
    path: repositoryField,
    from: refField({ description: 'The commit before.' }),
    to: refField({ description: 'The commit after.', default: 'HEAD' }),
    paths: Type.Array(Type.String({ minLength: 1, maxLength: 1000 }), {
      description: 'Only these files and folders; empty means all.',
      maxItems: 200,
      default: [],
    }),
  },
  { additionalProperties: false },
);

const output = Type.Object({
  from: Type.String(),
  to: Type.String(),
  changed: Type.Boolean(),
  files: Type.Array(
    Type.Object({
      path: Type.String(),
      added: Type.Union([Type.Integer(), Type.Null()], { description: 'Lines; null where it is not a text.' }),
      removed: Type.Union([Type.Integer(), Type.Null()]),
    }),
    { description: `The first ${mostFiles}.` },
  ),
  count: Type.Integer({ description: 'Of all files that differ.' }),
  patch: Type.String(),
});

export const gitDiff = action({
  name: 'git.diff',
  title: 'Compare commits',
  description: 'What differs between two commits of a repository, by file and as a patch.',
  input,
  output,
  effect: 'read',
  idempotent: true,
  timeout: 60,

  async plan({ path, from, to, paths }, context) {
    const found = await repositoryAt(path, 'read', context);
    const hash = async (ref: string): Promise<string | null> =>
      found ? hashOrNull(found.git, `${ref}^{commit}`) : null;
    return { repository: found?.path ?? path, from: (await hash(from)) ?? from, to: (await hash(to)) ?? to, paths };
  },

  async run({ path, paths, ...refs }, context) {
    const { git } = await presentRepository(path, 'read', context);
    const [from, to] = [await commitOf(git, refs.from), await commitOf(git, refs.to)];
    const diff = (...how: string[]): Promise<string> =>
      git('diff', '--no-ext-diff', '--no-textconv', '--no-color', '--no-renames', ...how, from, to, '--', ...paths);
    const files = filesOf(await diff('--numstat', '-z'));
    const patch = await diff();
    if (patch.length > 8_388_608) throw new ActionError('too_large', 'the patch is larger than 8 MB');
    return { from, to, changed: files.length > 0, files: files.slice(0, mostFiles), count: files.length, patch };
  },
});

function filesOf(numstat: string): { path: string; added: number | null; removed: number | null }[] {
  const lines = numstat.split('\0').filter(Boolean);
  return lines.map((line) => {
    const [added = '-', removed = '-', ...name] = line.split('\t');
    return { path: name.join('\t'), added: countOf(added), removed: countOf(removed) };
  });
}

function countOf(text: string): number | null {
  return text === '-' ? null : Number(text);
}
