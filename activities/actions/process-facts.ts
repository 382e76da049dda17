import { readFile, stat } from 'node:fs/promises';
import { ActionError } from './action';

/** What tells a process from a later one with the same id. */
export interface ProcessFacts {
  pid: number;
  /** In clock ticks since the machine started, as the kernel has it. */
  started: string;
  /** Program and arguments, parted by spaces. */
  cmdline: string;
}

/**
 * Linux only: elsewhere no process is ever found.
 * @returns null where there is none, or it has ended and waits for its parent to notice
 */
export async function processFacts(pid: number): Promise<ProcessFacts | null> {
  try {
    const [line, cmdline] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    // The name of the program, in brackets, may itself hold brackets and spaces.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return { pid, started: fields[19] as string, cmdline: cmdline.replace(/\0+$/, '').replaceAll('\0', ' ') };
  } catch {
    return null;
  }
}

export function isSame(a: ProcessFacts, b: ProcessFacts | null): boolean {
  return b !== null && a.pid === b.pid && a.started === b.started;
}

/**
 * The process that a pid file names.
 * @throws ActionError `not_found`; `other_process` where that process began after the file was written
 */
export async function processOfFile(path: string): Promise<ProcessFacts> {
  const [text, written] = await Promise.all([readFile(path, 'utf8'), stat(path).then(({ mtimeMs }) => mtimeMs)]).catch(
    (error: NodeJS.ErrnoException) => {
      throw new ActionError('not_found', `the pid file can not be read: ${error.code}`);
    },
  );
  const pid = /^\s*(\d{1,10})\s*$/.exec(text.split('\n')[0] ?? '')?.[1];
  const found = pid === undefined ? null : await processFacts(Number(pid));
  if (!found) throw new ActionError('not_found', 'the pid file names no process that runs');
  if ((await startedAt(found)) > written + slackMs) {
    throw new ActionError(
      'other_process',
      `process ${found.pid} began after the pid file was written: it is another one`,
    );
  }
  return found;
}

/** The kernel's clock of starts and that of files are not the same one. */
const slackMs = 2000;
/** Ticks per second that Linux shows to programs, on every platform that Node runs on. */
const ticksPerSecond = 100;

async function startedAt({ started }: ProcessFacts): Promise<number> {
  const bootSeconds = /^btime (\d+)$/m.exec(await readFile('/proc/stat', 'utf8'))?.[1];
  return (Number(bootSeconds) + Number(started) / ticksPerSecond) * 1000;
}
