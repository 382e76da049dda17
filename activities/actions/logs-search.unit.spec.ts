import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stepHarness } from '../_util/step-harness';

it('counts what matches, shows the last of it, and keeps secrets to itself', async () => {
  const harness = await stepHarness();
  const path = join(harness.root, 'app.log');
  await writeFile(path, 'INFO a\nERROR 1 password=hunter22\nINFO b\nERROR 2\nERROR 3');
  const search = (given: object) => harness.perform({ action: 'logs.search', with: { path, ...given } });
  expect(await search({ pattern: 'ERROR (1|3)', most: 5 })).toMatchObject({
    output: {
      count: 2,
      scanned: 5,
      lines: [
        { number: 2, text: 'ERROR 1 password=[secret]' },
        { number: 5, text: 'ERROR 3' },
      ],
    },
  });
  expect(await search({ pattern: 'ERROR', most: 1 })).toMatchObject({ output: { count: 3, lines: [{ number: 5 }] } });
  expect(await search({ pattern: '(' })).toMatchObject({ error: { code: 'invalid_input' } });
  expect(await search({ pattern: 'x', path: '/etc/passwd' })).toMatchObject({ error: { code: 'not_allowed' } });
  expect(await search({ pattern: 'x', path: join(harness.root, 'none') })).toMatchObject({ status: 'failed' });
  await harness.end();
});
