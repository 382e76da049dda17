import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { projectRoot } from '../../infra/paths';

/** Where the histories of released versions are: a folder for each, which is never changed again. */
export const goldenDir = join(projectRoot, 'tests/replay/golden');

/** One run of a workflow as a release left it, and what its file must hold. */
export interface GoldenHistory {
  /** Below the folder of its version; gzip of protobuf `temporal.api.history.v1.History`. */
  file: string;
  workflowId: string;
  runId: string;
  type: string;
  /** Kind of the agent, or null for a companion. */
  kind: string | null;
  events: number;
  /** Hex SHA-256 of the protobuf bytes. */
  sha256: string;
  /** How many records the run made, and SHA-256 of their hashes, one a line: what any later release must make of it. */
  records: { count: number; sha256: string };
}

export function versions(): string[] {
  return readdirSync(goldenDir).sort();
}

export function readManifest(version: string): GoldenHistory[] {
  return JSON.parse(readFileSync(join(goldenDir, version, 'manifest.json'), 'utf8')) as GoldenHistory[];
}

export function readGolden(version: string, { file }: GoldenHistory): Uint8Array {
  return gunzipSync(readFileSync(join(goldenDir, version, file)));
}

/** @param histories with the bytes of each. @throws where the version has its folder already */
export function writeGolden(version: string, histories: readonly (GoldenHistory & { bytes: Uint8Array })[]): void {
  const dir = join(goldenDir, version);
  mkdirSync(goldenDir, { recursive: true });
  mkdirSync(dir);
  const manifest = histories.map(({ bytes, ...history }) => {
    writeFileSync(join(dir, history.file), gzipSync(bytes, { level: 9 }));
    return history;
  });
  writeFileSync(join(dir, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
}

export function recordsDigest(hashes: readonly string[]): GoldenHistory['records'] {
  return { count: hashes.length, sha256: digestOf(hashes.join('\n')) };
}

export function digestOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
