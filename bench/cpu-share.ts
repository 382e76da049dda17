import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = '/sys/fs/cgroup/cpu';
const periodMicroseconds = 20_000;

/** Whether this machine lets its processes be held to a share of a core: cgroups (version 1) and the right to make one. */
export function canHold(): boolean {
  return existsSync(join(root, 'cpu.cfs_quota_us')) && process.getuid?.() === 0;
}

/**
 * Lets a process have so much of a core at most, as if its machine were that small, until it ends.
 * @returns takes away what was made for it, once it has ended
 * @throws Error where that can't be, see `canHold`
 */
export function holdTo(cores: number, pid: number): () => void {
  const group = join(root, `ymera-bench-${pid}`);
  mkdirSync(group, { recursive: true });
  writeFileSync(join(group, 'cpu.cfs_period_us'), String(periodMicroseconds));
  writeFileSync(join(group, 'cpu.cfs_quota_us'), String(Math.round(cores * periodMicroseconds)));
  writeFileSync(join(group, 'cgroup.procs'), String(pid));
  return () => rmdirSync(group);
}
