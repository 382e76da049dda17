import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ActionError } from '../action';

const mostFiles = 20_000;

/**
 * SHA-256 over a file, or over a folder: names, contents, links and whether it may be run, in order of names.
 * @throws ActionError `not_found`, `too_large`
 */
export async function artifactDigest(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  let files = 0;
  const visit = async (at: string, name: string): Promise<void> => {
    signal.throwIfAborted();
    if (++files > mostFiles) throw new ActionError('too_large', `${path} holds more than ${mostFiles} files`);
    const found = await lstat(at);
    const kind = found.isDirectory() ? 'd' : found.isSymbolicLink() ? 'l' : (found.mode & 0o100) === 0 ? 'f' : 'x';
    hash.update(`${kind} ${Buffer.byteLength(name)} ${name}\n`);
    if (kind === 'd') {
      for (const child of (await readdir(at)).sort()) await visit(join(at, child), `${name}/${child}`);
    } else if (kind === 'l') {
      hash.update(`${await readlink(at)}\n`);
    } else {
      hash.update(`${found.size}\n`);
      const content = createReadStream(at, { signal });
      await pipeline(content, async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) hash.update(chunk);
      });
    }
  };
  await visit(path, '').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new ActionError('not_found', `there is nothing at ${path}`);
  });
  return hash.digest('hex');
}
