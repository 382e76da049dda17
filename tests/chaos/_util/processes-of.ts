import { readdirSync, readFileSync } from 'node:fs';

/** The ids of all processes that work in a home: named in their arguments, or told by their environment. */
export function processesOf(home: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => read(pid, 'cmdline').includes(home) || read(pid, 'environ').includes(`YMERA_HOME=${home}\0`))
    .map(Number);
}

/** A process and all that it has begun: PostgreSQL is a family. */
export function familyOf(pid: number): number[] {
  const children = read(String(pid), `task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(familyOf)];
}

/** Resident memory of a process in MiB. */
export function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(String(pid), 'status'))?.[1] ?? 0) / 1024;
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
