import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What a content is known by: `sha256:` and lower-case hex. */
export const digestPattern = '^sha256:[0-9a-f]{64}$';

export interface Blob {
  digest: string;
  /** Bytes. */
  size: number;
}

export class BlobTooLarge extends Error {
  readonly code = 'blob_too_large';
}

/**
 * Files by what is in them, in a folder that several processes may share: the same content is kept once, and what is there under
 * a digest is whole. What was not asked for the longest goes first where there is no more room.
 */
export class BlobStore {
  constructor(
    private readonly folder: string,
    /** Bytes that all of them may take. */
    private readonly mostBytes: number,
  ) {}

  /** Keeps what a stream holds. @throws BlobTooLarge where it alone is more than `most` bytes, or than all may be */
  async put(content: Readable, most = this.mostBytes): Promise<Blob> {
    const [hash, limit] = [createHash('sha256'), Math.min(most, this.mostBytes)];
    let size = 0;
    const beside = join(this.folder, `new-${randomUUID()}`);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    try {
      const measured = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
        for await (const chunk of chunks) {
          size += chunk.length;
          if (size > limit) throw new BlobTooLarge(`it is larger than ${limit} bytes`);
          hash.update(chunk);
          yield chunk;
        }
      };
      await pipeline(content, measured, createWriteStream(beside, { mode: 0o600, flush: true }));
      const digest = `sha256:${hash.digest('hex')}`;
      await rename(beside, this.pathOf(digest));
      await this.sweep();
      return { digest, size };
    } finally {
      await rm(beside, { force: true });
    }
  }

  /** The content of a digest, to be read from its beginning, or null where it is not kept (any more). */
  async get(digest: string): Promise<{ size: number; content: Readable } | null> {
    const path = this.pathOf(digest);
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    return { size: (await file.stat()).size, content: createReadStream('', { fd: file }) };
  }

  async has(digest: string): Promise<boolean> {
    return stat(this.pathOf(digest)).then(
      () => true,
      () => false,
    );
  }

  /** Removes what was used the longest ago, until all the rest fits. */
  private async sweep(): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => /^[0-9a-f]{64}$/.test(name));
    const found = await Promise.all(
      names.map(async (name) => ({ name, ...(await stat(join(this.folder, name)).catch(() => null)) })),
    );
    const files = found.flatMap(({ name, size, mtimeMs = 0 }) => (size === undefined ? [] : [{ name, size, mtimeMs }]));
    let left = files.reduce((sum, { size }) => sum + size, 0);
    for (const { name, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (left <= this.mostBytes) return;
      await rm(join(this.folder, name), { force: true });
      left -= size;
    }
  }

  /** @throws TypeError where it is no digest: it must not name a file elsewhere */
  private pathOf(digest: string): string {
    if (!new RegExp(digestPattern).test(digest)) throw new TypeError('a digest is sha256: and 64 hexadecimal digits');
    return join(this.folder, digest.slice('sha256:'.length));
  }
}
