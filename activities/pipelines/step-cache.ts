import { createHash } from 'node:crypto';
import { BlobTooLarge } from '../../infra/store/blob-store';
import { stepCache } from '../../infra/store/stores';
import type { ActionContext } from '../actions/action';
import type { Git } from '../actions/git-client';
import { packed, present, unpack } from './packing';

export interface CacheOrder {
  key: string;
  /** Files of the commit whose content is part of the key. */
  files: string[];
  /** What is kept, below the folder. */
  paths: string[];
}

/** `digest` is null where nothing was there to be kept. */
export interface CacheOutcome {
  key: string;
  hit: boolean;
  digest: string | null;
}

/** The key as it is kept: of one's own choice, and of what the files hold in a commit. */
export async function fullKey({ key, files }: CacheOrder, git: Git, sha: string): Promise<string> {
  if (files.length === 0) return key;
  const blobs = await git('ls-tree', '-r', sha, '--', ...files);
  return `${key}-${createHash('sha256').update(blobs).digest('hex').slice(0, 16)}`;
}

/** Lays what is kept under the key below the folder; does the work; keeps what it has made where nothing was kept. */
export async function withCache(
  key: string,
  { paths }: CacheOrder,
  folder: string,
  context: ActionContext,
  work: () => Promise<void>,
): Promise<CacheOutcome> {
  const cache = stepCache(context.settings.store);
  const found = await cache.get(key);
  if (found) await unpack(found.content, folder);
  await context.log('info', `cache ${key}: ${found ? found.digest : 'nothing yet'}\n`);
  await work();
  if (found) return { key, hit: true, digest: found.digest };
  const there = await present(folder, paths);
  if (there.length === 0) return { key, hit: false, digest: null };
  try {
    return { key, hit: false, digest: (await cache.put(key, packed(folder, there))).digest };
  } catch (error) {
    // The work is done; the next run does it without help too.
    if (!(error instanceof BlobTooLarge)) throw error;
    await context.log('info', `cache ${key}: not kept, ${error.message}\n`);
    return { key, hit: false, digest: null };
  }
}
