import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { ExportedFile } from '../../actors/core/evidence/manifest';

/** What is in a file: texts or bytes, made as they are asked for. */
export type Content = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** How much is gathered before it is compressed, in characters or bytes. */
const chunkSize = 64 * 1024;

/**
 * A zip that is written as it is read: one file after the other, each made piece by piece and no faster than `stream` is read.
 * When the reader leaves, what is being made ends.
 */
export class BundleZip {
  readonly files: ExportedFile[] = [];
  readonly stream: Readable;
  private readonly zip = new ZipFile();
  private readonly left = new AbortController();

  /** @param mtime of all files */
  constructor(private readonly mtime: Date) {
    this.stream = this.zip.outputStream as Readable;
    this.stream.once('close', () => this.left.abort());
    this.zip.on('error', (error: Error) => this.stream.destroy(error));
  }

  /** Aborts when nobody reads any more. */
  get gone(): AbortSignal {
    return this.left.signal;
  }

  /**
   * Resolves when the file is made and handed on.
   * @param listed whether it is among `files`
   * @throws what making it throws, or AbortError where the reader has left
   */
  async add(path: string, content: Content, listed = true): Promise<ExportedFile> {
    this.gone.throwIfAborted();
    const hash = createHash('sha256');
    let bytes = 0;
    async function* hashed(): AsyncGenerator<Buffer> {
      for await (const chunk of gathered(content)) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    }
    const source = Readable.from(hashed(), { signal: this.gone, objectMode: false });
    this.zip.addReadStreamLazy(path, { mtime: this.mtime }, (give) => give(null, source));
    await once(source, 'end');
    const file = { path, sha256: hash.digest('hex'), bytes };
    if (listed) this.files.push(file);
    return file;
  }

  /** Nothing more is to come: the directory at the end makes it a whole zip. */
  end(): void {
    this.zip.end();
  }

  /** Breaks off, so that nobody takes what was sent for a whole bundle. */
  fail(error: Error): void {
    this.stream.destroy(error);
  }
}

/** The same in pieces of a good size. */
async function* gathered(content: Content): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const part of content) {
    const bytes = Buffer.from(part as string);
    parts.push(bytes);
    size += bytes.length;
    if (size < chunkSize) continue;
    yield Buffer.concat(parts, size);
    [parts, size] = [[], 0];
  }
  if (size > 0) yield Buffer.concat(parts, size);
}
