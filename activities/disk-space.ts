import { statfs } from 'node:fs/promises';
import { ActionError } from './actions/action';

/** Bytes of a file system. `percent`: used of what may be used by all, 0 to 100, one decimal, as `df` counts. */
export interface DiskSpace {
  total: number;
  used: number;
  free: number;
  percent: number;
}

/** How full the file system is that a path is on. @throws ActionError `not_found` */
export async function diskSpaceOf(path: string): Promise<DiskSpace> {
  const { bsize, blocks, bfree, bavail } = await statfs(path).catch((error: NodeJS.ErrnoException) => {
    throw new ActionError('not_found', `${path} can not be looked at: ${error.code}`);
  });
  const used = (blocks - bfree) * bsize;
  const free = bavail * bsize;
  const percent = used + free === 0 ? 0 : Math.round((used / (used + free)) * 1000) / 10;
  return { total: blocks * bsize, used, free, percent };
}
