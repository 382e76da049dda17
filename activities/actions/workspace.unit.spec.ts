import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweepWorkspaces } from './workspace';

it('sweeps only what has been left alone for a month', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ymera-sweep-'));
  const day = 86_400_000;
  const now = Date.now();
  for (const [name, days] of [
    ['old', 31],
    ['young', 29],
  ] as const) {
    await mkdir(join(dir, name));
    const then = new Date(now - days * day);
    await utimes(join(dir, name), then, then);
  }
  expect(await sweepWorkspaces(dir, now)).toBe(1);
  expect(await readdir(dir)).toEqual(['young']);
  expect(await sweepWorkspaces(join(dir, 'missing'), now)).toBe(0);
  await rm(dir, { recursive: true });
});
