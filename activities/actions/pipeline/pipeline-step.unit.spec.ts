import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stepHarness, type StepHarness } from '../../_util/step-harness';
import { artifactStore } from '../../../infra/store/stores';
import { git as gitIn } from '../../../tests/_util/git';

jest.setTimeout(60_000);

let harness: StepHarness;
let repository: string;
let sha: string;

const git = (...args: string[]): string => gitIn(repository, ...args);

beforeEach(async () => {
  harness = await stepHarness();
  repository = join(harness.root, 'app');
  await mkdir(repository);
  git('init', '-q', '-b', 'main');
  await writeFile(join(repository, 'lock'), 'one');
  await writeFile(join(repository, 'source'), 'text');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  sha = git('rev-parse', 'HEAD');
  await writeFile(join(repository, 'left'), 'not committed');
});
afterEach(() => harness.end());

const script = (text: string): string[] => ['sh', '-c', text];
const step = (commands: string[][], more: object = {}, info = {}) =>
  harness.perform({ action: 'pipeline.step', with: { path: repository, sha, commands, ...more } }, info);
interface Output {
  stdout: string;
  cache: { hit: boolean; key: string; digest: string };
  artifacts: { name: string; digest: string; size: number; type: string }[];
}
const outputOf = async (result: ReturnType<typeof step>): Promise<Output> => {
  const { status, ...rest } = await result;
  expect({ status, ...rest }).toMatchObject({ status: 'succeeded' });
  return (rest as { output: unknown }).output as Output;
};
const contentOf = async (digest: string): Promise<string> => {
  const found = await artifactStore(harness.settings.store).get(digest);
  let text = '';
  for await (const chunk of found?.content ?? []) text += String(chunk);
  return text;
};

it('runs in a folder that holds the commit and nothing else, and leaves nothing there', async () => {
  const { stdout } = await outputOf(step([script('touch made'), script('ls; git rev-parse HEAD')]));
  expect(stdout.split('\n')).toEqual(['lock', 'made', 'source', sha, '']);
  const left = await readdir(harness.settings.workspace, { recursive: true });
  expect(left.filter((name) => name.includes('work-'))).toEqual([]);
  expect(await readdir(repository)).toContain('left');
});

it('stops at the first command that fails, and says what was done by then', async () => {
  const failed = await step([script('echo ok'), script('echo no >&2; exit 3'), script('touch /tmp/never-made')]);
  expect(failed).toMatchObject({
    status: 'failed',
    error: { code: 'exit_code', message: 'sh exited with 3' },
    output: { exit_codes: [0, 3], stderr: 'no\n' },
  });
});

it('keeps files and folders by what is in them, the same for the same', async () => {
  const make = script('mkdir -p out/sub; cat source > out/sub/a; cat source > b');
  const artifacts = [
    { name: 'all', path: 'out' },
    { name: 'b', path: 'b' },
  ];
  const first = await outputOf(step([make], { artifacts }));
  expect(first.artifacts).toMatchObject([
    { name: 'all', type: 'tar' },
    { name: 'b', type: 'file', size: 4 },
  ]);
  expect(await contentOf(first.artifacts[1]?.digest ?? '')).toBe('text');
  expect((await outputOf(step([make], { artifacts }))).artifacts).toEqual(first.artifacts);

  const needs = first.artifacts.map(({ digest, type, name }) => ({ digest, type, path: `in/${name}` }));
  expect((await outputOf(step([script('cat in/all/sub/a in/b')], { needs }))).stdout).toBe('texttext');
  const [all] = first.artifacts;
  const fetched = {
    action: 'artifact.fetch',
    with: { digest: all?.digest, type: 'tar', path: join(harness.root, 'to') },
  };
  for (const tries of [1, 2]) expect((await harness.perform(fetched, { tries })).status).toBe('succeeded');
  expect(await readFile(join(harness.root, 'to', 'sub', 'a'), 'utf8')).toBe('text');
});

it('finds in the cache what an earlier run has made, until a file of the key changes', async () => {
  const cache = { key: 'deps', files: ['lock'], paths: ['deps', 'none'] };
  const make = script('test -e deps/a && echo found || { mkdir deps; echo x > deps/a; echo made; }');
  const first = await outputOf(step([make], { cache }));
  expect(first).toMatchObject({ stdout: 'made\n', cache: { hit: false } });
  expect(await outputOf(step([make], { cache }))).toMatchObject({
    stdout: 'found\n',
    cache: { hit: true, digest: first.cache.digest, key: first.cache.key },
  });
  await writeFile(join(repository, 'lock'), 'two');
  git('commit', '-q', '-am', 'second');
  sha = git('rev-parse', 'HEAD');
  expect(await outputOf(step([make], { cache }))).toMatchObject({ stdout: 'made\n', cache: { hit: false } });
});

it('does without a cache that is too large, and says so of an artifact', async () => {
  const large = script('head -c 200000 /dev/zero > large');
  const cached = await outputOf(step([large], { cache: { key: 'k', paths: ['large'] } }));
  expect(cached.cache).toMatchObject({ hit: false, digest: null });
  const artifacts = [{ name: 'large', path: 'large' }];
  expect(await step([large], { artifacts })).toMatchObject({ status: 'failed', error: { code: 'artifact_too_large' } });
});

it.each(['../x', '/etc/passwd', 'a/../../x', '.git/config', '~/x', '-x'])('refuses the path %s', async (path) => {
  const result = await step([['true']], { artifacts: [{ name: 'x', path }] });
  expect(result).toMatchObject({ status: 'failed', error: { code: 'invalid_input' } });
});

it('takes no artifact through a link to elsewhere, and none that was not made', async () => {
  const artifacts = [{ name: 'x', path: 'x' }];
  const linked = await step([script('ln -s /etc/passwd x')], { artifacts });
  expect(linked).toMatchObject({ error: { code: 'not_allowed' } });
  expect(await step([['true']], { artifacts })).toMatchObject({ error: { code: 'no_artifact' } });
  const needs = [{ digest: `sha256:${'0'.repeat(64)}`, type: 'file', path: 'x' }];
  expect(await step([['true']], { needs })).toMatchObject({ error: { code: 'no_artifact' } });
});

it('plans what it would run, with the key of its cache', async () => {
  const cache = { key: 'deps', files: ['lock'], paths: ['deps'] };
  const order = { runId: 'run-1', path: 'step', action: 'pipeline.step' };
  const given = { path: repository, sha, commands: [['true']], cache };
  const planned = await harness.runner.plan({ ...order, with: given });
  expect(planned).toMatchObject({
    plan: { sha, cache: { key: expect.stringMatching(/^deps-[0-9a-f]{16}$/) as string } },
  });
  await rm(repository, { recursive: true });
  expect(await harness.runner.plan({ ...order, with: given })).toMatchObject({ plan: { cache: { key: 'deps' } } });
});
