import { readFileSync } from 'node:fs';
import type { Role } from '../stack/stack-file';
import { familyOf } from '../tests/chaos/_util/processes-of';

/** The kernel tells CPU time in hundredths of a second. */
const ticksPerSecond = 100;

export interface Usage {
  /** Seconds of a core since it began. */
  cpu: number;
  /** MiB resident; a page that several processes share counts once, and a part of it where others share it too. */
  memory: number;
}

/** What a process and all that it has begun have used, what has ended of it included. Linux only. */
export function usageOf(pid: number): Usage {
  const family = familyOf(pid).map((each) => ({ cpu: cpuOf(each), memory: memoryOf(each) }));
  const sum = (what: keyof Usage): number => family.reduce((total, each) => total + each[what], 0);
  return { cpu: sum('cpu'), memory: sum('memory') };
}

/** All processes of a stack. */
export const roles: readonly Role[] = [
  'temporal',
  'worker',
  'api',
  'projector',
  'evidence',
  'postgres',
  'nats',
  'redis',
];

/** What each process of a stack has used. */
export function usageOfStack(stack: { pid(role: Role): number }): Record<Role, Usage> {
  return Object.fromEntries(roles.map((role) => [role, usageOf(stack.pid(role))])) as Record<Role, Usage>;
}

function cpuOf(pid: number): number {
  const stat = read(pid, 'stat');
  // The second field is the program's name in parentheses, which may hold spaces itself; utime, stime, cutime, cstime are 14 to 17.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
}

function memoryOf(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(read(pid, 'smaps_rollup'))?.[1] ?? 0) / 1024;
}

/** Of a process that has just ended: nothing. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
