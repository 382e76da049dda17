import type { Readable } from 'node:stream';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { Unreadable } from './unreadable';

/** Most entries of a zip, and most bytes of a line. */
const mostEntries = 1_000_000;
const mostLineBytes = 16 * 2 ** 20;

/**
 * A zip whose entries are read one after the other, each as often as wanted. Its central directory is held in memory, what the
 * entries hold is not. Nothing is ever written to the disk, so that a path is but a name.
 */
export class ZipBundle {
  private constructor(
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** @throws Unreadable where it is no zip, cut short, or says things that no honest zip says */
  static async open(file: string): Promise<ZipBundle> {
    const zip = await openPromise(file, { autoClose: false, strictFileNames: true }).catch(refuse(file));
    try {
      if (zip.entryCount > mostEntries) throw new Unreadable(`it has more than ${mostEntries} entries`);
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) {
        if (entries.has(entry.fileName)) throw new Unreadable(`two entries are called ${shown(entry.fileName)}`);
        if (!entry.canDecodeFileData()) throw new Unreadable(`${shown(entry.fileName)} is packed in an unknown way`);
        entries.set(entry.fileName, entry);
      }
      await checkPlaces(zip, [...entries.values()]);
      return new ZipBundle(zip, entries);
    } catch (error) {
      zip.close();
      return refuse(file)(error);
    }
  }

  get paths(): IterableIterator<string> {
    return this.entries.keys();
  }

  has(path: string): boolean {
    return this.entries.has(path);
  }

  /** @throws Unreadable where it is not there or can't be unpacked */
  async *chunks(path: string): AsyncGenerator<Buffer> {
    const entry = this.entries.get(path);
    if (!entry) throw new Unreadable(`${path} is missing`);
    try {
      // More than it says it holds ends in an error: nothing unpacks to more than was announced.
      const stream: Readable = await this.zip.openReadStreamPromise(entry);
      for await (const chunk of stream) yield chunk as Buffer;
    } catch (error) {
      throw new Unreadable(`${path} can't be unpacked: ${messageOf(error)}`);
    }
  }

  /** All of it. @throws Unreadable where it is larger than `mostBytes` */
  async bytes(path: string, mostBytes: number): Promise<Buffer> {
    const size = this.entries.get(path)?.uncompressedSize ?? 0;
    if (size > mostBytes) throw new Unreadable(`${path} is larger than ${mostBytes} bytes`);
    const chunks: Buffer[] = [];
    for await (const chunk of this.chunks(path)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** Its lines, without what ends them, decoded as UTF-8; what is no UTF-8 becomes U+FFFD. */
  async *lines(path: string): AsyncGenerator<string> {
    let rest: Buffer[] = [];
    let held = 0;
    for await (const chunk of this.chunks(path)) {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        yield Buffer.concat([...rest, chunk.subarray(from, at)]).toString('utf8');
        [rest, held, from] = [[], 0, at + 1];
      }
      rest.push(chunk.subarray(from));
      held += chunk.length - from;
      if (held > mostLineBytes) throw new Unreadable(`a line of ${path} is longer than ${mostLineBytes} bytes`);
    }
    if (held > 0) yield Buffer.concat(rest).toString('utf8');
  }

  close(): void {
    this.zip.close();
  }
}

/**
 * The names before the data must be those of the directory at the end, and no two entries may share bytes: else two readers
 * could see two different bundles, or a small file could unpack to one without end.
 */
async function checkPlaces(zip: ZipFile, entries: Entry[]): Promise<void> {
  entries.sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  let free = 0;
  for (const entry of entries) {
    const { fileDataStart, fileName } = await zip.readLocalFileHeaderPromise(entry);
    if (!fileName.equals(entry.fileNameRaw)) throw new Unreadable(`${shown(entry.fileName)} has two names`);
    if (entry.relativeOffsetOfLocalHeader < free) {
      throw new Unreadable(`${shown(entry.fileName)} lies within another entry`);
    }
    free = fileDataStart + entry.compressedSize;
  }
}

function refuse(file: string): (error: unknown) => never {
  return (error) => {
    const why = error instanceof Unreadable ? error.message : messageOf(error);
    throw new Unreadable(`${file} is not an evidence bundle that can be read: ${why}`);
  };
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

/** A name out of a file of who knows whom, on one line of a terminal. */
export function shown(name: string): string {
  return JSON.stringify(name.slice(0, 200)).replace(/[^\x20-\x7e]/g, '?');
}
