import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ActionError } from './action';

export interface FileFacts {
  sha256: string;
  bytes: number;
  /** Such as `0644`. */
  mode: string;
}

/**
 * A regular file's content and facts. `path` must be real: a link that has come in its place since is not followed.
 * @param limit most bytes that are kept of it; above, `content` is null
 * @returns null where there is no such file
 * @throws ActionError `not_a_file`, `not_readable`
 */
export async function readFacts(path: string, limit: number): Promise<(FileFacts & { content: Buffer | null }) | null> {
  const file = await openReal(path);
  if (!file) return null;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new ActionError('not_a_file', `${path} is not a regular file`);
    const hash = createHash('sha256');
    const kept: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      if (bytes <= limit) kept.push(chunk);
    }
    const content = bytes <= limit ? Buffer.concat(kept) : null;
    return { sha256: hash.digest('hex'), bytes, mode: modeText(stats.mode), content };
  } finally {
    await file.close();
  }
}

export function modeText(mode: number): string {
  return `0${(mode & 0o777).toString(8).padStart(3, '0')}`;
}

export function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Not waiting for a writer, should it be a pipe. */
async function openReal(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new ActionError(code === 'ELOOP' ? 'not_allowed' : 'not_readable', `${path} can not be read: ${code}`);
  }
}
