import { join, resolve } from 'node:path';
import type { Environment } from '../config';
import { BlobStore } from './blob-store';
import { KeyedCache } from './keyed-cache';

/** Where pipelines keep what they make, and how much of it. */
export interface StoreSettings {
  folder: string;
  /** Bytes. */
  artifactBytes: number;
  cacheBytes: number;
}

type Named = Pick<Environment, 'YMERA_STORE' | 'YMERA_HOME' | 'YMERA_ARTIFACT_MB' | 'YMERA_CACHE_MB'>;

export function storeSettings(env: Named): StoreSettings {
  const megabyte = 1_000_000;
  return {
    folder: resolve(env.YMERA_STORE ?? join(env.YMERA_HOME, 'store')),
    artifactBytes: env.YMERA_ARTIFACT_MB * megabyte,
    cacheBytes: env.YMERA_CACHE_MB * megabyte,
  };
}

/** What steps have made and others may take: by the workers and the API alike. */
export function artifactStore({ folder, artifactBytes }: StoreSettings): BlobStore {
  return new BlobStore(join(folder, 'artifacts'), artifactBytes);
}

/** What steps would otherwise make anew: by the workers. */
export function stepCache({ folder, cacheBytes }: StoreSettings): KeyedCache {
  return new KeyedCache(join(folder, 'cache'), cacheBytes);
}
