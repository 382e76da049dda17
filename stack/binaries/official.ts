import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Platform } from './catalogue';
import { run } from './run';

/** Go's names for `process.platform` and `process.arch`, which the official archives use. */
export function goPlatform(platform: Platform): { os: string; arch: string } {
  const [os = '', arch = ''] = platform.split('-');
  return { os, arch: arch === 'x64' ? 'amd64' : arch };
}

/**
 * Downloads a `.tar.gz` over HTTPS and puts the program named `name` in it at `<folder>/<name>`. What it trusts is the
 * host's TLS certificate: the publishers' checksums lie beside the archives and would prove nothing more.
 * @throws Error `HTTP <status>`, or when the archive does not hold the program.
 */
export async function unpackArchive(url: string, folder: string, name: string): Promise<void> {
  const work = join(folder, 'archive');
  await mkdir(work, { recursive: true });
  const response = await fetch(url, { signal: AbortSignal.timeout(300_000) }).catch((error: Error) => {
    throw new Error(`${new URL(url).host} cannot be reached`, { cause: error });
  });
  if (!response.ok || response.body === null) throw new Error(`${new URL(url).host} answered HTTP ${response.status}`);
  const archive = join(work, 'archive.tar.gz');
  await pipeline(Readable.fromWeb(response.body), createWriteStream(archive));
  await run('tar', ['-xzf', archive, '-C', work], { timeoutMs: 120_000 });
  const program = (await readdir(work, { recursive: true })).find((entry) => basename(entry) === name);
  if (program === undefined) throw new Error(`${url} holds no ${name}`);
  await rename(join(work, program), join(folder, name));
  await rm(work, { recursive: true });
}
