import { readFileSync } from 'node:fs';

/**
 * Stops a process and what it has started, as a machine that hangs would: its connections stay open and nothing answers.
 * @returns a function that lets them go on
 */
export function freeze(pid: number): () => void {
  const frozen: number[] = [];
  const stop = (one: number): void => {
    process.kill(one, 'SIGSTOP');
    frozen.push(one);
    for (const child of childrenOf(one)) stop(child);
  };
  stop(pid);
  return () => {
    for (const one of frozen.splice(0)) if (isThere(one)) process.kill(one, 'SIGCONT');
  };
}

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(' ').map(Number);
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
