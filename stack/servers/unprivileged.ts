import { createHash } from 'node:crypto';
import { chown, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../binaries/run';
import { exists, writePrivate } from '../files';

/** A user to run a server as. Empty where the own one will do. */
export interface RunAs {
  uid?: number;
  gid?: number;
}

/**
 * The user for a server that refuses to run as root: `postgres`, or `nobody` where that does not exist. Empty when this
 * process does not run as root, since only root can and must change the user.
 */
export async function unprivilegedUser(): Promise<RunAs> {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(() => null);
    if (ids !== null) return { uid: Number(ids[0]), gid: Number(ids[1]) };
  }
  throw new Error('PostgreSQL does not run as root, and neither a user postgres nor nobody exists to run it as');
}

/**
 * A folder that `user` can reach and write. It is `dir` itself, unless a parent of it is closed to that user (as /root
 * is): then it is a folder below /var/lib/ymera, named after `dir`. It belongs to `dir`: once that was deleted by hand,
 * what lies outside is emptied too.
 */
export async function folderFor(user: RunAs, dir: string): Promise<string> {
  await mkdir(dir, { recursive: true, mode: user.uid === undefined ? 0o700 : 0o711 });
  if (user.uid === undefined) return dir;
  const folder = (await isReachable(dir)) ? dir : await folderOutside(dir);
  await chown(folder, user.uid, user.gid ?? user.uid);
  return folder;
}

async function folderOutside(dir: string): Promise<string> {
  const outside = join('/var/lib/ymera', createHash('sha256').update(dir).digest('hex').slice(0, 16));
  const marker = join(dir, 'location');
  if (!(await exists(marker))) await rm(outside, { recursive: true, force: true });
  await mkdir(outside, { recursive: true, mode: 0o711 });
  await writePrivate(marker, `${outside}\n`);
  return outside;
}

/** Whether every folder on the way may be passed through by all users. */
async function isReachable(dir: string): Promise<boolean> {
  const { mode } = await stat(dir);
  if ((mode & 0o001) === 0) return false;
  const parent = dirname(dir);
  return parent === dir || isReachable(parent);
}
