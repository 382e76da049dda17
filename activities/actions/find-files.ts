import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from './action';

const mostEntries = 200_000;

/**
 * Splits an absolute pattern at its first wildcard: the folder to look in, and the patterns of the names below it.
 * `*` and `?` stand for characters of one name, `**` for any folders.
 */
export function splitGlob(glob: string): { folder: string; names: string[] } {
  const parts = glob.split('/').filter((part, at) => at === 0 || (part !== '' && part !== '.'));
  const first = parts.findIndex((part) => /[*?]/.test(part));
  const at = first === -1 ? parts.length - 1 : first;
  return { folder: parts.slice(0, at).join('/') || '/', names: parts.slice(at) };
}

/**
 * Regular files below a folder whose names match, sorted. Symbolic links are neither followed nor found.
 * @throws ActionError `too_many` where there is more to look at than anybody means
 */
export async function findFiles(folder: string, names: string[], signal: AbortSignal): Promise<string[]> {
  const found = new Set<string>();
  let seen = 0;
  const walk = async (at: string, [name = '', ...rest]: string[]): Promise<void> => {
    signal.throwIfAborted();
    const entries = await entriesOf(at);
    seen += entries.length;
    if (seen > mostEntries) throw new ActionError('too_many', `there are more than ${mostEntries} files to look at`);
    if (name === '**') {
      await walk(at, rest.length > 0 ? rest : ['*']);
      for (const entry of entries) if (entry.isDirectory()) await walk(join(at, entry.name), [name, ...rest]);
      return;
    }
    for (const entry of entries.filter((one) => matchesName(name, one.name))) {
      if (rest.length > 0 && entry.isDirectory()) await walk(join(at, entry.name), rest);
      if (rest.length === 0 && entry.isFile()) found.add(join(at, entry.name));
    }
  };
  await walk(folder, names);
  return [...found].sort();
}

/** Whether a name matches; `*` any characters, `?` one. As in shells, a leading dot must be written. Linear but for one `*`. */
export function matchesName(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  let [p, n, star, resume] = [0, 0, -1, 0];
  while (n < name.length) {
    if (p < pattern.length && pattern[p] === '*') {
      [star, resume] = [p++, n];
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star !== -1) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** A folder that is not there, or may not be looked into, holds nothing to be found. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return [];
    throw error;
  }
}
