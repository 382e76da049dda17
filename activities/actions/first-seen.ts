import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlanContext } from './action';
import { madeWorkspace, workspaceOf } from './workspace';

/**
 * What a step saw of the world before it touched it. Kept in the run's workspace, so that a second try, after a worker was
 * lost over the first, goes by what was there then and not by what the first try has left.
 */
export async function firstSeen<T extends object>(context: PlanContext, look: () => Promise<T>): Promise<T> {
  const known = await seenBefore<T>(context);
  if (known) return known;
  const seen = await look();
  await keepSeen(context, seen);
  return seen;
}

/** What an earlier try has seen, or null where none came as far. */
export async function seenBefore<T extends object>(context: PlanContext): Promise<T | null> {
  try {
    return JSON.parse(await readFile(join(keptFolder(context), 'seen.json'), 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Replaces what is kept. */
export async function keepSeen(context: PlanContext, seen: object): Promise<void> {
  const path = join(await madeKeptFolder(context), 'seen.json');
  await writeFile(`${path}.new`, JSON.stringify(seen), { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}

export async function forgetSeen(context: PlanContext): Promise<void> {
  await rm(keptFolder(context), { recursive: true, force: true });
}

/** Where one step keeps what its undo needs. It may not be there yet. */
export function keptFolder(context: PlanContext): string {
  const name = createHash('sha256').update(context.idempotencyKey).digest('hex').slice(0, 32);
  return join(workspaceOf(context), '.steps', name);
}

export async function madeKeptFolder(context: PlanContext): Promise<string> {
  await madeWorkspace(context);
  const folder = keptFolder(context);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
