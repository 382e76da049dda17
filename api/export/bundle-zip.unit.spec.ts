import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import { filesOf } from '../../tests/_util/bundle-files';
import { BundleZip } from './bundle-zip';

const time = new Date('2026-01-01T00:00:00.000Z');
const noise = (i: number): Buffer => createHash('sha512').update(String(i)).digest();

describe('a zip that is written as it is read', () => {
  it('holds its files in the order they came, and knows their hashes', async () => {
    const zip = new BundleZip(time);
    const whole = buffer(zip.stream);
    await zip.add('a.txt', ['one ', 'two']);
    await zip.add(
      'b/c.bin',
      (async function* () {
        for (let i = 0; i < 5000; i += 1) yield noise(i);
      })(),
    );
    await zip.add('empty', []);
    const hidden = await zip.add('last', ['x'], false);
    zip.end();
    const files = await filesOf(await whole);
    expect([...files.keys()]).toEqual(['a.txt', 'b/c.bin', 'empty', 'last']);
    expect(files.get('a.txt')?.toString()).toBe('one two');
    expect(zip.files.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['a.txt', 7],
      ['b/c.bin', 320_000],
      ['empty', 0],
    ]);
    for (const { path, sha256 } of [...zip.files, hidden]) {
      expect(
        createHash('sha256')
          .update(files.get(path) as Buffer)
          .digest('hex'),
      ).toBe(sha256);
    }
  });

  it('makes no more than is read, and ends when nobody reads on', async () => {
    const zip = new BundleZip(time);
    let made = 0;
    let ended = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (; ; made += 1) yield noise(made);
      } finally {
        ended = true;
      }
    }
    const adding = zip.add('endless', endless());
    adding.catch(() => undefined);
    await delay(200);
    const stalled = made;
    await delay(200);
    expect(made).toBe(stalled);
    expect(stalled * 64).toBeLessThan(4 * 2 ** 20);
    zip.stream.destroy();
    await expect(adding).rejects.toMatchObject({ name: 'AbortError' });
    await delay(20);
    expect(ended).toBe(true);
    await expect(zip.add('more', ['x'])).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('breaks off where a file can not be made', async () => {
    const zip = new BundleZip(time);
    const whole = buffer(zip.stream);
    async function* failing(): AsyncGenerator<string> {
      yield 'a';
      throw new Error('the ledger is gone');
    }
    await expect(zip.add('a', failing())).rejects.toThrow('the ledger is gone');
    zip.fail(new Error('broken off'));
    await expect(whole).rejects.toThrow('broken off');
  });
});
