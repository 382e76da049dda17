import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { BlobStore, type Blob } from './blob-store';

/** Contents by a key of one's own choice. What is kept under a key stays what it was, until there is no room for it any more. */
export class KeyedCache {
  private readonly blobs: BlobStore;

  constructor(
    private readonly folder: string,
    mostBytes: number,
  ) {
    this.blobs = new BlobStore(join(folder, 'blobs'), mostBytes);
  }

  async get(key: string): Promise<{ digest: string; content: Readable } | null> {
    const digest = await readFile(this.pathOf(key), 'utf8').catch(() => null);
    if (digest === null) return null;
    const found = await this.blobs.get(digest);
    if (found) return { digest, content: found.content };
    await rm(this.pathOf(key), { force: true });
    return null;
  }

  /** @throws BlobTooLarge */
  async put(key: string, content: Readable, most?: number): Promise<Blob> {
    const blob = await this.blobs.put(content, most);
    await mkdir(join(this.folder, 'keys'), { recursive: true, mode: 0o700 });
    const beside = join(this.folder, `new-${randomUUID()}`);
    await writeFile(beside, blob.digest, { mode: 0o600 });
    await rename(beside, this.pathOf(key));
    return blob;
  }

  private pathOf(key: string): string {
    return join(this.folder, 'keys', createHash('sha256').update(key).digest('hex'));
  }
}
