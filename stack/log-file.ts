import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const rotateAbove = 10 * 1024 * 1024;

/** Makes the log's folder (open to its owner only), and moves a log of more than 10 MB aside as `<file>.1`. */
export async function prepareLog(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > rotateAbove) await rename(file, `${file}.1`);
}

/** Size of the log in bytes, 0 where there is none. */
export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** What was written to the log from byte `from` on, at most its last 256 KB. */
export function readFrom(file: string, from: number): string {
  const size = sizeOf(file);
  const start = Math.max(from, size - 256 * 1024);
  if (size <= start) return '';
  const buffer = Buffer.alloc(size - start);
  const fd = openSync(file, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start));
  } finally {
    closeSync(fd);
  }
}

/** The last lines written from byte `from` on, for an error message. */
export function tail(file: string, from = 0, lines = 12): string {
  return readFrom(file, from).trimEnd().split('\n').slice(-lines).join('\n');
}
