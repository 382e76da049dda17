import { lstat, realpath, unlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { action, ActionError, type ActionContext, type PlanContext } from './action';
import { pathField } from './fields';
import { findFiles, splitGlob } from './find-files';
import { keepSeen, seenBefore } from './first-seen';
import { allowedPath } from './roots';
import { workspaceOf } from './workspace';

const input = Type.Object(
  {
    paths: Type.Optional(Type.Array(pathField('One file.'), { minItems: 1, maxItems: 100 })),
    glob: Type.Optional(pathField('Files by name, such as `/var/log/app/*.gz`: `*`, `?`, and `**` for folders.')),
    older_than: Type.Number({ description: 'Seconds since a file was last changed.', minimum: 0, default: 0 }),
    limit: Type.Integer({ description: 'At most so many, the oldest first.', minimum: 1, maximum: 1000, default: 500 }),
  },
  { additionalProperties: false },
);

const output = Type.Object({
  removed: Type.Array(Type.String()),
  count: Type.Integer(),
  bytes: Type.Integer(),
});

type Input = Static<typeof input>;
interface Doomed {
  path: string;
  bytes: number;
  /** When it was last changed, in ms; tells it from another file of the same name. */
  changed: number;
}
/** What this step has set out to remove, in all its tries. */
interface Seen {
  files: Doomed[];
}

export const fileRemove = action({
  name: 'file.remove',
  title: 'Remove files',
  description: 'Removes regular files below the folders that this worker may write, by path or by pattern and age.',
  input,
  output,
  effect: 'destructive',
  // What is to go is settled by the first try.
  idempotent: true,
  timeout: 120,
  async locks(given, context) {
    if (given.glob === undefined) return (await pathsOf(given, context)).map((path) => `file:${path}`);
    return [`file:${await globFolder(given.glob, context)}`];
  },

  async plan(given, context) {
    const files = await doomedFiles(given, context);
    return { removes: files, count: files.length, bytes: bytesOf(files) };
  },

  async run(given, context) {
    const approved = (context.approved as { removes: Doomed[] } | undefined)?.removes;
    const earlier = (await seenBefore<Seen>(context))?.files ?? [];
    const files = approved ?? (earlier.length > 0 ? earlier : await doomedFiles(given, context));
    const all = [...earlier.filter((one) => !files.some(({ path }) => path === one.path)), ...files];
    await keepSeen(context, { files: all } satisfies Seen);
    for (const file of files) {
      context.signal.throwIfAborted();
      await remove(file, context);
    }
    await context.log('info', files.map(({ path }) => `removed ${path}\n`).join(''));
    return removed(await goneOf(all));
  },

  async verify(_, context) {
    const seen = await seenBefore<Seen>(context);
    const gone = await goneOf(seen?.files ?? []);
    return seen && gone.length === seen.files.length ? { done: removed(gone) } : 'not_done';
  },
});

function removed(files: Doomed[]): Static<typeof output> {
  return { removed: files.map(({ path }) => path), count: files.length, bytes: bytesOf(files) };
}

/** Those that are not there any more, or are others by now. */
async function goneOf(files: Doomed[]): Promise<Doomed[]> {
  const present = await Promise.all(files.map(isPresent));
  return files.filter((_, at) => !present[at]);
}

async function isPresent({ path, changed }: Doomed): Promise<boolean> {
  const stats = await lstat(path).catch(() => null);
  return stats !== null && stats.isFile() && Math.floor(stats.mtimeMs) === changed;
}

/** What matches now, the oldest first. */
async function doomedFiles(given: Input, context: PlanContext): Promise<Doomed[]> {
  const before = Date.now() - given.older_than * 1000;
  const found: Doomed[] = [];
  for (const path of await pathsOf(given, context)) {
    const stats = await lstat(path).catch(() => null);
    if (!stats || stats.mtimeMs > before) continue;
    if (!stats.isFile()) throw new ActionError('not_a_file', `${path} is not a regular file`);
    found.push({ path, bytes: stats.size, changed: Math.floor(stats.mtimeMs) });
  }
  return found.sort((a, b) => a.changed - b.changed || (a.path < b.path ? -1 : 1)).slice(0, given.limit);
}

async function pathsOf({ paths, glob }: Input, context: PlanContext): Promise<string[]> {
  if ((paths === undefined) === (glob === undefined)) {
    throw new ActionError('invalid_input', 'file.remove takes either `paths` or `glob`');
  }
  if (glob === undefined) {
    const real = await Promise.all((paths ?? []).map((path) => unlinkedPath(path, context)));
    return [...new Set(real)].sort();
  }
  const folder = await globFolder(glob, context);
  return findFiles(folder, splitGlob(join('/', glob)).names, context.signal);
}

/** @throws ActionError `not_allowed` */
async function globFolder(glob: string, context: PlanContext): Promise<string> {
  if (glob.split('/').includes('..')) throw new ActionError('not_allowed', 'a pattern must not lead upwards');
  const { folder } = splitGlob(isAbsolute(glob) ? glob : join(workspaceOf(context), glob));
  return allowedPath(folder, 'write', context);
}

/** The path of the file itself: a link is not followed, so that it is seen to be one. */
async function unlinkedPath(path: string, context: PlanContext): Promise<string> {
  const folder = await allowedPath(dirname(path), 'write', context);
  return join(folder, basename(path));
}

/** One that is gone, or another by now, is left as it is. */
async function remove(file: Doomed, context: ActionContext): Promise<void> {
  const { path } = file;
  const folder = await realpath(dirname(path)).catch(() => null);
  if (folder === null) return;
  if (folder !== dirname(path)) throw new ActionError('not_allowed', `${dirname(path)} is another folder by now`);
  await allowedPath(folder, 'write', context);
  if (await isPresent(file)) await unlink(path);
}

function bytesOf(files: Doomed[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
