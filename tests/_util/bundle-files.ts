import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fromBufferPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { canonicalText } from '../../actors/core/canonical';
import type { Manifest } from '../../actors/core/evidence/manifest';
import type { EventRecord } from '../../actors/core/event';

/** The files of a bundle, for tests that change them. */
export type Files = Map<string, Buffer>;

export async function filesOf(zip: Buffer): Promise<Files> {
  const files: Files = new Map();
  const opened = await fromBufferPromise(zip);
  for await (const entry of opened.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await opened.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    files.set(entry.fileName, Buffer.concat(chunks));
  }
  return files;
}

/** Writes files as a zip. @param twice a path that is there a second time */
export async function zipTo(path: string, files: Files, twice?: string): Promise<string> {
  const zip = new ZipFile();
  for (const [name, content] of files) zip.addBuffer(content, name);
  if (twice !== undefined) zip.addBuffer(Buffer.from('another'), twice);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

export function manifestOf(files: Files): Manifest {
  return JSON.parse(files.get('manifest.json')?.toString() ?? '') as Manifest;
}

/** Lists the files in the manifest as they are now: what somebody without the key can do. */
export function relisted(files: Files): void {
  const manifest = manifestOf(files);
  manifest.files = manifest.files
    .filter(({ path }) => files.has(path))
    .map(({ path }) => {
      const content = files.get(path) as Buffer;
      return { path, sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length };
    });
  files.set('manifest.json', Buffer.from(canonicalText(manifest)));
}

export function recordsOf(files: Files, path: string): EventRecord[] {
  const lines = (files.get(path)?.toString() ?? '').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as EventRecord);
}

export function withRecords(files: Files, path: string, records: readonly EventRecord[]): void {
  files.set(path, Buffer.from(records.map((record) => `${canonicalText(record)}\n`).join('')));
}
