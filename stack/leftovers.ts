import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writePrivate } from './files';
import { endProcess } from './processes';

/** What must be known to end a process that an earlier supervisor has left behind. */
export interface Leftover {
  role: string;
  pid: number;
  identity: string;
  signal: NodeJS.Signals;
}

const graceMs = 5_000;

function file(home: string): string {
  return join(home, 'pids.json');
}

/** Writes down the processes that run now. */
export function recordProcesses(home: string, processes: readonly Leftover[]): Promise<void> {
  return writePrivate(file(home), `${JSON.stringify(processes, null, 2)}\n`);
}

/** Forgets them: all have ended. */
export function forgetProcesses(home: string): Promise<void> {
  return rm(file(home), { force: true });
}

/** Ends what a supervisor that was killed has left running; a process that merely got the same id is left alone. */
export async function endLeftovers(home: string): Promise<void> {
  const left = (await readJson(file(home))) as Leftover[] | null;
  if (!Array.isArray(left)) return;
  await Promise.all(left.map(({ pid, identity, signal }) => endProcess(pid, identity, signal, graceMs)));
  await forgetProcesses(home);
}
