import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What tells a process from a later one with the same id: when it started. Null when no such process runs (one that has
 * ended but was not collected yet counts as gone).
 */
export function identityOf(pid: number): string | null {
  try {
    return process.platform === 'linux' ? startInProc(pid) : startInPs(pid);
  } catch {
    return null;
  }
}

function startInProc(pid: number): string | null {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the program's name in parentheses, which may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

function startInPs(pid: number): string | null {
  const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
}

/** Sends a signal; a process that is gone already is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Ends a process that this one need not have started: `signal` first, SIGKILL after `graceMs`.
 * Does nothing unless its identity is the one given.
 */
export async function endProcess(
  pid: number,
  identity: string,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<void> {
  const runs = (): boolean => identityOf(pid) === identity;
  if (!runs()) return;
  sendSignal(pid, signal);
  const deadline = Date.now() + graceMs;
  while (runs() && Date.now() < deadline) await sleep(25);
  if (!runs()) return;
  sendSignal(pid, 'SIGKILL');
  while (runs()) await sleep(25);
}
