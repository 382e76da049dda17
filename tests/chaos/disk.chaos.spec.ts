import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TestStack } from '../_util/stack';
import { Siege } from './_util/siege';

const folder = mkdtempSync(join(tmpdir(), 'ymera-disk-'));
chmodSync(folder, 0o711);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400m,mode=0711', 'tmpfs', folder]).status === 0;
const disk = mounted ? describe : describe.skip;

disk(`a disk that is full${mounted ? '' : ' (without the right to mount one)'}`, () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = new TestStack(join(folder, 'home'), {});
    await stack.start();
  }, 180_000);
  afterAll(async () => {
    await stack.end();
    execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true });
  }, 120_000);

  it('stops commands, and loses none that was acknowledged when there is room again', async () => {
    const { found } = await new Siege(stack).under(async () => {
      const fill = join(folder, 'fill');
      const { bavail, bsize } = statfsSync(folder);
      spawnSync('dd', ['if=/dev/zero', `of=${fill}`, 'bs=1M', `count=${Math.ceil((bavail * bsize) / 2 ** 20) + 1}`]);
      expect(statfsSync(folder).bavail).toBe(0);
      await delay(20_000);
      rmSync(fill);
    });
    expect(found).toEqual([]);
  }, 400_000);
});
if (!mounted) rmSync(folder, { recursive: true });
