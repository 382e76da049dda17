import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BlobTooLarge } from '../../infra/store/blob-store';
import { artifactStore } from '../../infra/store/stores';
import { ActionError, type ActionContext } from '../actions/action';
import { isBelow } from '../actions/roots';
import { packed, unpack } from './packing';

export interface Artifact {
  name: string;
  digest: string;
  /** Bytes. */
  size: number;
  /** A folder is kept as a tar. */
  type: 'file' | 'tar';
}

/** Keeps a file or a folder that a step has made. @throws ActionError `no_artifact`, `not_allowed`, `artifact_too_large` */
export async function keepArtifact(
  { name, path }: { name: string; path: string },
  folder: string,
  { settings }: Pick<ActionContext, 'settings'>,
): Promise<Artifact> {
  const real = await realpath(join(folder, path)).catch(() => null);
  if (real === null) throw new ActionError('no_artifact', `the step has made no ${path}`);
  if (!isBelow(real, await realpath(folder)))
    throw new ActionError('not_allowed', `${path} is not in the step's folder`);
  const type = (await stat(real)).isDirectory() ? 'tar' : 'file';
  const content = type === 'tar' ? packed(real, ['.']) : createReadStream(real);
  try {
    return { name, ...(await artifactStore(settings.store).put(content)), type };
  } catch (error) {
    if (error instanceof BlobTooLarge) throw new ActionError('artifact_too_large', `${name}: ${error.message}`);
    throw error;
  }
}

/**
 * Lays an artifact at a place, as a whole or not at all: what was there is replaced.
 * @param type `tar` is unpacked into a folder
 * @throws ActionError `no_artifact` where it is not kept (any more)
 */
export async function layArtifact(
  { digest, type }: Pick<Artifact, 'digest' | 'type'>,
  place: string,
  { settings }: Pick<ActionContext, 'settings'>,
): Promise<void> {
  const found = await artifactStore(settings.store).get(digest);
  if (!found) throw new ActionError('no_artifact', `${digest} is not kept here`);
  const beside = `${place}.${digest.slice(-8)}.new`;
  await rm(beside, { recursive: true, force: true });
  await mkdir(dirname(place), { recursive: true });
  await (type === 'tar' ? unpack(found.content, beside) : written(found.content, beside));
  if (type === 'tar') await rm(place, { recursive: true, force: true });
  await rename(beside, place);
}

async function written(content: Readable, path: string): Promise<void> {
  await pipeline(content, createWriteStream(path, { flush: true }));
}
