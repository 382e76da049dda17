import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startTestStack, type TestStack } from '../_util/stack';
import { Siege } from './_util/siege';

const libraries = ['x86_64', 'aarch64'].map((arch) => `/usr/lib/${arch}-linux-gnu/faketime/libfaketime.so.1`);
const library = libraries.find((file) => existsSync(file));
const clock = library === undefined ? describe.skip : describe;

/** Of every process that takes its time from the C library: the worker, the API, the projector, the keeper, Redis, PostgreSQL. */
clock(`a wall clock that jumps${library === undefined ? ' (without apt-get install libfaketime)' : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'ymera-clock-'));
  const file = join(folder, 'now');
  const turn = (offset: string): void => writeFileSync(file, `${offset}\n`);
  let stack: TestStack;
  beforeAll(async () => {
    turn('+0');
    const fake = { FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
    stack = await startTestStack({ env: { LD_PRELOAD: library, ...fake } });
  }, 180_000);
  afterAll(async () => {
    await stack.stop();
    rmSync(folder, { recursive: true });
  }, 120_000);

  it.each([
    ['an hour ahead and back', '+3600', '+0'],
    ['ten minutes back and right again', '-600', '+0'],
  ])(
    '%s',
    async (_, there, back) => {
      const { found } = await new Siege(stack).under(async () => {
        turn(there);
        await delay(10_000);
        turn(back);
        await delay(5_000);
      });
      expect(found).toEqual([]);
    },
    300_000,
  );
});
