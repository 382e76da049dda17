import { createHash } from 'node:crypto';
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Where one is in a file; plain JSON. `head` tells the file from another one of the same number: SHA-256 of its first bytes. */
export interface FilePosition {
  dev: number;
  ino: number;
  /** Bytes; all lines before it have been handed on. */
  offset: number;
  head: string;
  headBytes: number;
}

/** Takes whole lines; what it is given is not its own after it has resolved. */
export type TakeLines<P> = (chunk: Buffer, position: P) => Promise<void>;

const chunkBytes = 1 << 20;
const mostHeadBytes = 256;
const pollMs = 200;

/**
 * Follows a file until it is told to stop: through rotation by rename, where the rest of the old file comes before the new one,
 * and through truncation in place. A file that is not there (yet) is waited for. Memory does not grow with the file.
 * @param from where to begin, or go on; `end`: only what comes from now on
 */
export async function followFile(
  path: string,
  from: FilePosition | 'beginning' | 'end',
  signal: AbortSignal,
  take: TakeLines<FilePosition>,
): Promise<void> {
  let [place, wait] = [from, false];
  while (!signal.aborted) {
    if (wait) await delay(pollMs, undefined, { signal }).catch(() => undefined);
    const opened = await openAt(path, place);
    if (opened) {
      await followOpen(opened.file, opened.offset, signal, take, path).finally(() => opened.file.close());
      // What is there now is another file, or begins anew.
      place = 'beginning';
    } else if (place === 'end') place = 'beginning';
    wait = !opened;
  }
}

/** The file that the position is in, wherever it is called now; else the one at the path, from its beginning. */
async function openAt(
  path: string,
  from: FilePosition | 'beginning' | 'end',
): Promise<{ file: FileHandle; offset: number } | null> {
  if (typeof from === 'object') {
    for (const candidate of [path, ...(await besides(path, from))]) {
      const file = await open(candidate, 'r').catch(() => null);
      if (file && (await isSame(file, from))) return { file, offset: from.offset };
      await file?.close();
    }
  }
  const file = await open(path, 'r').catch(absent);
  if (!file) return null;
  return { file, offset: from === 'end' ? (await file.stat()).size : 0 };
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

/** Files of the same folder with that number: what the log was renamed to. */
async function besides(path: string, { dev, ino }: FilePosition): Promise<string[]> {
  const folder = dirname(path);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(basename(path)));
  const found = await Promise.all(
    names.map(async (name) => ({ place: join(folder, name), at: await stat(join(folder, name)).catch(() => null) })),
  );
  return found.flatMap(({ place, at }) => (at?.dev === dev && at.ino === ino && place !== path ? [place] : []));
}

async function isSame(file: FileHandle, { dev, ino, offset, head, headBytes }: FilePosition): Promise<boolean> {
  const found = await file.stat();
  return found.dev === dev && found.ino === ino && found.size >= offset && (await headOf(file, headBytes)) === head;
}

async function headOf(file: FileHandle, bytes: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
  return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex');
}

/** Reads on until another file is at the path, or this one begins anew. */
async function followOpen(
  file: FileHandle,
  start: number,
  signal: AbortSignal,
  take: TakeLines<FilePosition>,
  path: string,
): Promise<void> {
  const { dev, ino } = await file.stat();
  const buffer = Buffer.allocUnsafe(chunkBytes);
  /** Bytes at the beginning of the buffer that belong to a line that has not ended. */
  let rest = 0;
  let position: FilePosition = { dev, ino, offset: start, head: '', headBytes: 0 };
  const advance = async (bytes: number): Promise<void> => {
    const offset = position.offset + bytes;
    const headBytes = Math.min(mostHeadBytes, offset);
    const head = headBytes === position.headBytes ? position.head : await headOf(file, headBytes);
    position = { ...position, offset, head, headBytes };
  };
  await advance(0);
  let replaced = false;
  while (!signal.aborted) {
    const { bytesRead } = await file.read(buffer, rest, chunkBytes - rest, position.offset + rest);
    const filled = rest + bytesRead;
    const ended = filled === 0 ? 0 : buffer.lastIndexOf(10, filled - 1) + 1;
    // A line longer than all of the buffer is taken in pieces; the last one of a file that is over may have no newline.
    const cut = filled === chunkBytes || (replaced && bytesRead === 0);
    const whole = ended === 0 && cut ? filled : ended;
    if (whole > 0) {
      await advance(whole);
      await take(buffer.subarray(0, whole), position);
      buffer.copyWithin(0, whole, filled);
    }
    rest = filled - whole;
    if (bytesRead > 0) continue;
    if (replaced) return;
    if (!(await isSame(file, position))) return;
    const there = await stat(path).catch(() => null);
    // Once more: something may have been written between the last look and the renaming.
    replaced = there !== null && (there.dev !== dev || there.ino !== ino);
    if (!replaced) await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
