import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError, type ActionSettings } from './action';

/** What names a folder of its own: no separators, no way up. */
const plain = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;

/**
 * Absolute path of the folder in which steps of one run keep what they make. It may not be there yet.
 * @throws ActionError `not_allowed` where the id can't name a folder
 */
export function workspaceOf({ settings, runId }: { settings: ActionSettings; runId: string }): string {
  if (!plain.test(runId)) throw new ActionError('not_allowed', 'the id of the run can not name a folder');
  return join(settings.workspace, runId);
}

/** The same, made where it is not there. Nobody else on this machine may look into it. */
export async function madeWorkspace(context: { settings: ActionSettings; runId: string }): Promise<string> {
  const folder = workspaceOf(context);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** How long a folder that nothing has changed in is kept: a run, or one that continues it, may still need it. */
const keptMs = 30 * 86_400_000;

/**
 * Removes the folders of runs that have been left alone for 30 days.
 * @param now epoch ms
 * @returns how many
 */
export async function sweepWorkspaces(workspace: string, now = Date.now()): Promise<number> {
  let removed = 0;
  for (const name of await readdir(workspace).catch(() => [])) {
    const folder = join(workspace, name);
    const found = await lstat(folder).catch(() => null);
    if (!found?.isDirectory() || now - found.mtimeMs < keptMs) continue;
    await rm(folder, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}
