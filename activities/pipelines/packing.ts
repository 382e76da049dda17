import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create, extract } from 'tar';

/** The folders and files named, below a folder, as one tar: without times and owners, so that the same content is the same archive. */
export function packed(folder: string, paths: readonly string[]): Readable {
  // A name that begins with @ would be taken for an archive.
  const named = [...paths].sort().map((path) => `./${path}`);
  return Readable.from(create({ cwd: folder, portable: true, mtime: new Date(0) }, named));
}

/** Lays what was packed below a folder. What names a place outside is left out. */
export async function unpack(content: Readable, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await pipeline(content, extract({ cwd: folder, preserveOwner: false }));
}

/** Those of the paths below a folder where something is. */
export async function present(folder: string, paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => lstat(join(folder, path)).catch(() => null)));
  return paths.filter((_, index) => found[index]);
}
