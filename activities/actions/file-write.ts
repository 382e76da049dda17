import { chmod, mkdir, open, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { stringEnum } from '../../actors/core/string-enum';
import { action, ActionError, type ActionContext, type PlanContext } from './action';
import { pathField } from './fields';
import { modeText, readFacts, sha256Of, type FileFacts } from './file-facts';
import { forgetSeen, keepSeen, keptFolder, madeKeptFolder, seenBefore } from './first-seen';
import { lineChanges } from './line-changes';
import { allowedPath } from './roots';

/** Larger files are not kept for undo. */
const mostKept = 1_048_576;

const input = Type.Object(
  {
    path: pathField('Absolute, or relative to the workspace of the run.'),
    content: Type.String({ maxLength: 2_097_152 }),
    encoding: stringEnum(['utf8', 'base64'], { default: 'utf8' }),
    mode: Type.Optional(
      Type.String({ description: 'Such as `0640`; as it was, or `0644`, unless told.', pattern: '^0?[0-7]{3}$' }),
    ),
    make_folders: Type.Boolean({ description: 'Whether folders that are not there are made.', default: false }),
  },
  { additionalProperties: false },
);

const facts = Type.Object({ sha256: Type.String(), bytes: Type.Integer(), mode: Type.String() });

const output = Type.Object({
  path: Type.String(),
  sha256: Type.String(),
  bytes: Type.Integer(),
  mode: Type.String(),
  changed: Type.Boolean(),
  previous: Type.Union([facts, Type.Null()], { description: 'What was there before; null where nothing was.' }),
  backup: stringEnum(['none', 'kept', 'too_large'], { description: 'Whether undo can bring that back.' }),
});

type Input = Static<typeof input>;
/** What was there before the first try. */
interface Seen {
  previous: FileFacts | null;
  backup: 'none' | 'kept' | 'too_large';
}

export const fileWrite = action({
  name: 'file.write',
  title: 'Write a file',
  description: 'Replaces a file as a whole, or makes it, below one of the folders that this worker may write.',
  input,
  output,
  effect: 'reversible',
  idempotent: true,
  timeout: 30,
  locks: async ({ path }, context) => [`file:${await allowedPath(path, 'write', context)}`],

  async plan(given, context) {
    const path = await allowedPath(given.path, 'write', context);
    const before = await readFacts(path, mostKept);
    const after = wanted(given, before);
    const change = !before ? 'create' : same(before, after) ? 'none' : 'replace';
    const known = before ? before.content : Buffer.alloc(0);
    const lines = known ? lineChanges(known, contentOf(given)) : undefined;
    return { path, change, before: before ? factsOf(before) : null, after, ...(lines ? { lines } : {}) };
  },

  async run(given, context) {
    const path = await allowedPath(given.path, 'write', context);
    const before = await readFacts(path, mostKept);
    const after = wanted(given, before);
    const seen = await firstState(before, after, context);
    if (!before || !same(before, after)) await replace(path, contentOf(given), after.mode, given.make_folders);
    return { path, ...after, changed: !seen.previous || !same(seen.previous, after), ...seen };
  },

  async verify(given, context) {
    const path = await allowedPath(given.path, 'write', context);
    const [present, seen] = [await readFacts(path, 0), await seenBefore<Seen>(context)];
    const after = wanted(given, present);
    if (!seen || !present || !same(present, after)) return 'not_done';
    return { done: { path, ...after, changed: !seen.previous || !same(seen.previous, after), ...seen } };
  },

  async undo(given, made, context) {
    const path = await allowedPath(given.path, 'write', context);
    const present = await readFacts(path, 0);
    const { previous } = made;
    if (previous ? present !== null && same(present, previous) : present === null) return forgetSeen(context);
    if (present?.sha256 !== made.sha256) throw new ActionError('changed_since', `${path} was changed by others since`);
    if (!previous) await unlink(path);
    else if (previous.sha256 === made.sha256) await chmod(path, parseInt(previous.mode, 8));
    else await replace(path, await backedUp(previous, context), previous.mode, false);
    await forgetSeen(context);
  },
});

function contentOf({ content, encoding }: Input): Buffer {
  return Buffer.from(content, encoding);
}

function wanted(given: Input, before: { mode: string } | null): FileFacts {
  const content = contentOf(given);
  const mode = given.mode === undefined ? (before?.mode ?? '0644') : modeText(parseInt(given.mode, 8));
  return { sha256: sha256Of(content), bytes: content.length, mode };
}

function factsOf({ sha256, bytes, mode }: FileFacts): FileFacts {
  return { sha256, bytes, mode };
}

function same(a: FileFacts, b: FileFacts): boolean {
  return a.sha256 === b.sha256 && a.mode === b.mode;
}

/** Keeps what is there for undo, unless what is there is what an earlier try has written. */
async function firstState(
  before: (FileFacts & { content: Buffer | null }) | null,
  after: FileFacts,
  context: ActionContext,
): Promise<Seen> {
  const known = await seenBefore<Seen>(context);
  if (known && before && same(before, after)) return known;
  const backup = !before ? 'none' : before.content ? 'kept' : 'too_large';
  if (before?.content) {
    await writeFile(join(await madeKeptFolder(context), 'backup'), before.content, { mode: 0o600, flush: true });
  }
  const seen: Seen = { previous: before && factsOf(before), backup };
  await keepSeen(context, seen);
  return seen;
}

async function backedUp(previous: FileFacts, context: PlanContext): Promise<Buffer> {
  const content = await readFile(join(keptFolder(context), 'backup')).catch(() => null);
  if (content && sha256Of(content) === previous.sha256) return content;
  throw new ActionError('not_restorable', 'what the file held before was not kept');
}

/** Beside it and then in its place, so that nobody ever sees half of it. */
async function replace(path: string, content: Buffer, mode: string, makeFolders: boolean): Promise<void> {
  if (makeFolders) await mkdir(dirname(path), { recursive: true });
  const beside = join(dirname(path), `.ymera-${process.pid}-${sha256Of(Buffer.from(path)).slice(0, 16)}.tmp`);
  try {
    await rm(beside, { force: true });
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.chmod(parseInt(mode, 8));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ActionError(
      code === 'ENOENT' ? 'not_found' : 'not_writable',
      `${path} can not be written: ${code ?? message}`,
    );
  }
}
