import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = '/sys/fs/cgroup/cpu';
const periodMicroseconds = 20_000;

/** Whether this machine lets its processes be held to a share of a core: cgroups (version 1) and the right to make one. */
export function canHold(): boolean {
  return existsSync(join(root, 'cpu.cfs_quota_us')) && process.getuid?.() === 0;
}

/**
 * Lets processes have so much of a core each at most, as if their machines were that small.
 * @returns gives them all of it back
 * @throws Error where that can't be, see `canHold`
 */
export function holdTo(cores: number, pids: readonly number[]): () => void {
  const own = /^\d+:(?:[^:]*,)?cpu(?:,[^:]*)?:\/?(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '';
  for (const pid of pids) {
    mkdirSync(groupOf(pid), { recursive: true });
    writeFileSync(join(groupOf(pid), 'cpu.cfs_period_us'), String(periodMicroseconds));
    writeFileSync(join(groupOf(pid), 'cpu.cfs_quota_us'), String(Math.round(cores * periodMicroseconds)));
    writeFileSync(join(groupOf(pid), 'cgroup.procs'), String(pid));
  }
  return () => {
    for (const pid of pids) {
      writeFileSync(join(root, own, 'cgroup.procs'), String(pid));
      rmdirSync(groupOf(pid));
    }
  };
}

const groupOf = (pid: number): string => join(root, `ymera-bench-${pid}`);
