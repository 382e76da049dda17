import { open, type FileHandle } from 'node:fs/promises';
import type { Checkpoint } from '../../projections/queries/evidence-checkpoints';
import { anchorLine, type Place } from './place';

/** Longer than any line. */
const tailBytes = 4_096;

/** Appends a line per checkpoint to a file, which may lie on another machine's disk. */
export function filePlace(path: string): Place {
  return { name: 'file', target: path, put: (checkpoints) => appendCheckpoints(path, checkpoints) };
}

/** Appends what the file does not have yet, and waits until it is on the disk. @throws Error naming the system's code */
export async function appendCheckpoints(path: string, checkpoints: readonly Checkpoint[]): Promise<void> {
  try {
    const file = await open(path, 'a+', 0o644);
    try {
      const { number, whole } = await lastLine(file);
      const lines = checkpoints.filter((one) => one.number > number).map(anchorLine);
      // What a crash has left of a line is ended, and that checkpoint comes again.
      await file.appendFile(`${whole ? '' : '\n'}${lines.join('')}`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new Error(`the file can't be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, {
      cause: error,
    });
  }
}

/** The number of the last checkpoint in the file, 0 for none, and whether its last line is whole. */
async function lastLine(file: FileHandle): Promise<{ number: number; whole: boolean }> {
  const { size } = await file.stat();
  const tail = Buffer.alloc(Math.min(size, tailBytes));
  await file.read(tail, 0, tail.length, size - tail.length);
  const text = tail.toString('utf8');
  const numbers = [...text.matchAll(/^\{"number":(\d+),.*\}$/gm)].map((match) => Number(match[1]));
  return { number: numbers.at(-1) ?? 0, whole: text === '' || text.endsWith('\n') };
}
