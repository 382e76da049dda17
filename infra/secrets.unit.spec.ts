import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentSecrets, fileSecrets, firstOf, type SecretStore } from './secrets';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'ymera-secrets-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const keepFile = (name: string, value: string, mode = 0o600): Promise<void> =>
  writeFile(join(folder, name), value, { mode }).then(() => chmod(join(folder, name), mode));

const implementations: [string, (secrets: Record<string, string>) => Promise<SecretStore>][] = [
  [
    'of the environment',
    async (secrets) =>
      environmentSecrets(
        Object.fromEntries(
          Object.entries(secrets).map(([name, value]) => [
            `YMERA_SECRET_${name.toUpperCase().replaceAll('-', '_')}`,
            value,
          ]),
        ),
      ),
  ],
  [
    'in files',
    async (secrets) => {
      for (const [name, value] of Object.entries(secrets)) await keepFile(name, value);
      return fileSecrets(folder);
    },
  ],
];

describe.each(implementations)('secrets %s', (_, make) => {
  it('are found by name, whatever is in them', async () => {
    const store = await make({ 'api-token': 's3cret', db_password: 'pä ss\nword', '0': 'zero' });
    expect(await store.get('api-token')).toBe('s3cret');
    expect(await store.get('db_password')).toBe('pä ss\nword');
    expect(await store.get('0')).toBe('zero');
  });
  it('are undefined where there is none, or it is empty', async () => {
    const store = await make({ empty: '' });
    expect(await store.get('other')).toBeUndefined();
    expect(await store.get('empty')).toBeUndefined();
  });
  it.each(['', 'Upper', '../etc', 'a/b', '.hidden', '-dash', '__proto__', 'a'.repeat(64), 'a\n'])(
    'have no name %j',
    async (name) => {
      const store = await make({ upper: 'x', etc: 'x', b: 'x', a: 'x' });
      expect(await store.get(name)).toBeUndefined();
    },
  );
});

describe('secrets in files', () => {
  it('lose one newline at the end, and no more', async () => {
    await keepFile('one', 'value\n');
    await keepFile('two', 'value\n\n');
    await keepFile('windows', 'value\r\n');
    const store = fileSecrets(folder);
    expect(await Promise.all(['one', 'two', 'windows'].map((name) => store.get(name)))).toEqual([
      'value',
      'value\n',
      'value',
    ]);
  });
  it('are refused where everybody may read them, without a word of them', async () => {
    await keepFile('open', 'visible', 0o644);
    const failure = fileSecrets(folder).get('open');
    await expect(failure).rejects.toMatchObject({
      code: 'secret_refused',
      message: expect.stringContaining('chmod') as unknown,
    });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('visible') as unknown });
  });
  it('may be links, and it is the mode of the file behind that counts', async () => {
    await keepFile('..data', 'mounted', 0o640);
    await symlink(join(folder, '..data'), join(folder, 'linked'));
    expect(await fileSecrets(folder).get('linked')).toBe('mounted');
    await chmod(join(folder, '..data'), 0o604);
    await expect(fileSecrets(folder).get('linked')).rejects.toMatchObject({ code: 'secret_refused' });
  });
  it('are files, and small ones', async () => {
    await mkdir(join(folder, 'folder'), { mode: 0o700 });
    await keepFile('large', 'x'.repeat(70_000));
    await expect(fileSecrets(folder).get('folder')).rejects.toThrow('not a file');
    await expect(fileSecrets(folder).get('large')).rejects.toThrow('larger than');
  });
});

it('the first store that knows a name answers', async () => {
  await keepFile('both', 'from the file');
  await keepFile('file', 'only there');
  const store = firstOf(environmentSecrets({ YMERA_SECRET_BOTH: 'from the environment' }), fileSecrets(folder));
  expect(await store.get('both')).toBe('from the environment');
  expect(await store.get('file')).toBe('only there');
  expect(await store.get('none')).toBeUndefined();
});
