import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { ActionError, type PlanContext } from './action';
import { workspaceOf } from './workspace';

/**
 * Absolute path behind all symbolic links of a file that may be read or written: below one of the worker's roots, or in the
 * run's own workspace, to which relative paths belong. It need not be there.
 * @throws ActionError `not_allowed`
 */
export async function allowedPath(
  path: string,
  use: 'read' | 'write',
  context: Pick<PlanContext, 'settings' | 'runId'>,
): Promise<string> {
  if (path.includes('\0')) throw new ActionError('not_allowed', 'a path holds a null character');
  const workspace = workspaceOf(context);
  const real = await realOrFuture(isAbsolute(path) ? path : join(workspace, path));
  const { readRoots, writeRoots } = context.settings;
  for (const root of [workspace, ...(use === 'read' ? readRoots : writeRoots)]) {
    if (isBelow(real, await realOrFuture(root))) return real;
  }
  throw new ActionError('not_allowed', `${path} is not below a folder that this worker may ${use}`);
}

/** Whether `path` is `folder` or below it; both absolute and without links. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The real path, or where there is nothing yet, the real path of the nearest folder above, and the rest. */
async function realOrFuture(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw new ActionError('not_allowed', `${path} can not be looked at: ${code}`);
  }
  // A link to nothing would be followed by whoever makes it.
  if (await isLink(path)) throw new ActionError('not_allowed', `${path} is a link to what is not there`);
  const above = dirname(path);
  return above === path ? path : join(await realOrFuture(above), basename(path));
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}
