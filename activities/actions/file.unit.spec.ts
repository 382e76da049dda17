import { chmod, mkdir, readFile, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, order, outputOf, stepHarness, tryInfo, type StepHarness } from '../_util/step-harness';
import { matchesName } from './find-files';

let harness: StepHarness;
let at: (...names: string[]) => string;
let outside: string;
beforeEach(async () => {
  harness = await stepHarness();
  at = (...names) => join(harness.root, ...names);
  outside = join(harness.root, '..', 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'precious'), 'precious');
});
afterEach(() => harness.end());

const step = (action: string, given: object, path = 'step'): Parameters<StepHarness['perform']>[0] => ({
  action,
  path,
  with: given as Record<string, unknown>,
});
const perform = (action: string, given: object): ReturnType<StepHarness['perform']> =>
  harness.perform(step(action, given));

describe('roots', () => {
  it.each(['file.read', 'file.write', 'file.remove'])('%s stays below them, whatever leads out', async (action) => {
    await symlink(outside, at('link'));
    await symlink(join(outside, 'precious'), at('file-link'));
    await symlink(join(outside, 'future'), at('dangling'));
    const more = action === 'file.write' ? { content: 'x' } : {};
    const paths = [
      join(outside, 'precious'),
      at('link', 'precious'),
      at('..', 'outside', 'precious'),
      '../../outside/precious',
      '/etc/hostname',
      ...(action === 'file.remove' ? [] : [at('file-link'), at('dangling')]),
    ];
    for (const path of paths) {
      const given = action === 'file.remove' ? { paths: [path] } : { path, ...more };
      expect([path, codeOf(await perform(action, given))]).toEqual([path, 'not_allowed']);
    }
    expect(await readdir(outside)).toEqual(['precious']);
    expect(await readFile(join(outside, 'precious'), 'utf8')).toBe('precious');
  });
  it('a folder to be read is none to be written', async () => {
    harness.settings.writeRoots = [];
    await writeFile(at('a'), 'x');
    expect((await perform('file.read', { path: at('a') })).status).toBe('succeeded');
    expect(codeOf(await perform('file.write', { path: at('a'), content: 'y' }))).toBe('not_allowed');
  });
  it('are compared by folders, not by letters', async () => {
    await mkdir(`${harness.root}-other`);
    await writeFile(`${harness.root}-other/a`, 'x');
    expect(codeOf(await perform('file.read', { path: `${harness.root}-other/a` }))).toBe('not_allowed');
  });
  it('relative paths belong to the workspace of the run', async () => {
    await perform('file.write', { path: 'sub/a', content: 'x', make_folders: true });
    expect(await readFile(join(harness.settings.workspace, 'run-1', 'sub', 'a'), 'utf8')).toBe('x');
  });
});

describe('file.read', () => {
  it('returns content and facts', async () => {
    await writeFile(at('a'), 'hällo');
    await chmod(at('a'), 0o640);
    expect(outputOf(await perform('file.read', { path: at('a') }))).toMatchObject({
      content: 'hällo',
      bytes: 6,
      mode: '0640',
    });
    expect(outputOf(await perform('file.read', { path: at('a'), encoding: 'base64' }))['content']).toBe('aMOkbGxv');
  });
  it('refuses what is too large, no file, or not there', async () => {
    await writeFile(at('a'), 'x'.repeat(100));
    expect(codeOf(await perform('file.read', { path: at('a'), max_bytes: 99 }))).toBe('too_large');
    expect(codeOf(await perform('file.read', { path: harness.root }))).toBe('not_a_file');
    expect(codeOf(await perform('file.read', { path: at('none') }))).toBe('not_found');
  });
});

describe('file.write', () => {
  const write = (given: object): Parameters<StepHarness['perform']>[0] =>
    step('file.write', { path: at('a'), ...given });
  const undo = async (given: object, output: unknown): ReturnType<StepHarness['perform']> =>
    harness.runner.undo({ ...order(write(given)), output }, tryInfo());

  it('replaces a file as a whole, and keeps its mode', async () => {
    await writeFile(at('a'), 'old\n');
    await chmod(at('a'), 0o600);
    const output = outputOf(await harness.perform(write({ content: 'new\n' })));
    expect(output).toMatchObject({ changed: true, mode: '0600', bytes: 4, backup: 'kept' });
    expect(await readFile(at('a'), 'utf8')).toBe('new\n');
    expect((await stat(at('a'))).mode & 0o777).toBe(0o600);
    expect(await readdir(harness.root)).toEqual(['a']);
    expect(harness.locked).toEqual([`take file:${at('a')} for run-1/step`, `release file:${at('a')} for run-1/step`]);
  });
  it('is planned by hashes and lines, and the plan changes with the world', async () => {
    await writeFile(at('a'), 'one\ntwo\n');
    const given = write({ content: 'one\nthree\nfour\n', mode: '640' });
    const planned = await harness.runner.plan(order(given));
    expect(planned).toMatchObject({
      status: 'planned',
      effect: 'reversible',
      plan: {
        change: 'replace',
        before: { bytes: 8 },
        after: { bytes: 15, mode: '0640' },
        lines: { added: 2, removed: 1 },
      },
      locks: [`file:${at('a')}`],
    });
    expect(await harness.runner.plan(order(given))).toEqual(planned);
    await writeFile(at('a'), 'one\nelse\n');
    const approvedPlan = (planned as { planHash: string }).planHash;
    expect((await harness.perform({ ...given, approvedPlan })).status).toBe('plan_changed');
    expect(await readFile(at('a'), 'utf8')).toBe('one\nelse\n');
  });
  it('is taken back to the content and mode before; twice does no harm', async () => {
    await writeFile(at('a'), Buffer.from([0, 1, 255]));
    await chmod(at('a'), 0o604);
    const given = { content: 'new', mode: '0755' };
    const output = outputOf(await harness.perform(write(given)));
    for (let i = 0; i < 2; i++) expect((await undo(given, output)).status).toBe('succeeded');
    expect([...(await readFile(at('a')))]).toEqual([0, 1, 255]);
    expect((await stat(at('a'))).mode & 0o777).toBe(0o604);
  });
  it('is taken back by removal where it made the file', async () => {
    const output = outputOf(await harness.perform(write({ content: 'new' })));
    for (let i = 0; i < 2; i++) expect((await undo({ content: 'new' }, output)).status).toBe('succeeded');
    expect(await readdir(harness.root)).toEqual([]);
  });
  it('is not taken back over what others have written since', async () => {
    const output = outputOf(await harness.perform(write({ content: 'new' })));
    await writeFile(at('a'), 'of others');
    expect(codeOf(await undo({ content: 'new' }, output))).toBe('changed_since');
    expect(await readFile(at('a'), 'utf8')).toBe('of others');
  });
  it('is not taken back where the file was too large to be kept', async () => {
    await writeFile(at('a'), 'x'.repeat(1_048_577));
    const output = outputOf(await harness.perform(write({ content: 'new' })));
    expect(output['backup']).toBe('too_large');
    expect(codeOf(await undo({ content: 'new' }, output))).toBe('not_restorable');
  });
  it('remembers what was there before the first try', async () => {
    await writeFile(at('a'), 'old');
    const first = outputOf(await harness.perform(write({ content: 'new' })));
    const second = outputOf(await harness.perform(write({ content: 'new' }), { tries: 2 }));
    expect(second).toEqual(first);
    await undo({ content: 'new' }, second);
    expect(await readFile(at('a'), 'utf8')).toBe('old');
  });
  it('that was approved and done before a worker was lost is no plan that has changed', async () => {
    await writeFile(at('a'), 'old');
    const planned = await harness.runner.plan(order(write({ content: 'new' })));
    const approvedPlan = (planned as { planHash: string }).planHash;
    const first = await harness.perform({ ...write({ content: 'new' }), approvedPlan });
    const second = await harness.perform({ ...write({ content: 'new' }), approvedPlan }, { tries: 2 });
    expect(outputOf(second)).toEqual(outputOf(first));
  });
  it('never shows the content of a secret in its plan', async () => {
    harness.secrets['db'] = 'hunter2';
    const planned = await harness.runner.plan(order(write({ content: 'secret://db' })));
    expect(planned.status).toBe('planned');
    expect(JSON.stringify(planned)).not.toContain('hunter2');
  });
});

describe('file.remove', () => {
  beforeEach(async () => {
    await mkdir(at('logs', 'deep'), { recursive: true });
    const old = new Date(Date.now() - 10 * 86_400_000);
    for (const [i, name] of ['b.gz', 'a.gz', 'c.log', 'deep/d.gz', '.hidden.gz'].entries()) {
      await writeFile(at('logs', name), 'x'.repeat(10 + i));
      await utimes(at('logs', name), old, new Date(old.getTime() + i * 1000));
    }
    await writeFile(at('logs', 'new.gz'), 'new');
    await symlink(join(outside, 'precious'), at('logs', 'link.gz'));
  });
  const left = async (): Promise<string[]> => (await readdir(at('logs'), { recursive: true })).sort();

  it('removes what a pattern and an age say, the oldest first, and nothing else', async () => {
    const output = outputOf(await perform('file.remove', { glob: at('logs', '*.gz'), older_than: 86_400 }));
    expect(output).toEqual({ removed: [at('logs', 'b.gz'), at('logs', 'a.gz')], count: 2, bytes: 21 });
    expect(await left()).toEqual(['.hidden.gz', 'c.log', 'deep', 'deep/d.gz', 'link.gz', 'new.gz']);
  });
  it('looks into folders where it is told to, and stops at its limit', async () => {
    const output = outputOf(await perform('file.remove', { glob: at('**', '*.gz'), older_than: 86_400, limit: 2 }));
    expect(output['removed']).toEqual([at('logs', 'b.gz'), at('logs', 'a.gz')]);
    const more = await harness.perform(step('file.remove', { glob: at('logs', '**', 'd.gz') }, 'other'));
    expect(outputOf(more)['removed']).toEqual([at('logs', 'deep', 'd.gz')]);
  });
  it('removes no more than was approved', async () => {
    const given = step('file.remove', { glob: at('logs', '*.gz'), older_than: 86_400 });
    const planned = await harness.runner.plan(order(given));
    expect(planned).toMatchObject({
      plan: { count: 2, bytes: 21, removes: [{ path: at('logs', 'b.gz') }, { path: at('logs', 'a.gz') }] },
    });
    const approvedPlan = (planned as { planHash: string }).planHash;
    await writeFile(at('logs', 'e.gz'), 'x');
    expect((await harness.perform({ ...given, approvedPlan })).status).toBe('succeeded');
    await utimes(at('logs', 'e.gz'), new Date(0), new Date(0));
    expect((await harness.perform({ ...given, path: 'next', approvedPlan })).status).toBe('plan_changed');
    expect(await left()).toContain('e.gz');
  });
  it('goes on, after a worker was lost, with what the first try meant to remove', async () => {
    const given = step('file.remove', { glob: at('logs', '*.gz'), older_than: 86_400, limit: 1 });
    const first = outputOf(await harness.perform(given));
    const second = outputOf(await harness.perform(given, { tries: 2 }));
    expect(second).toEqual(first);
    expect(await left()).toContain('a.gz');
  });
  it('that was approved and done before a worker was lost is no plan that has changed', async () => {
    const given = step('file.remove', { glob: at('logs', '*.gz'), older_than: 86_400 });
    const planned = await harness.runner.plan(order(given));
    const approvedPlan = (planned as { planHash: string }).planHash;
    const first = outputOf(await harness.perform({ ...given, approvedPlan }));
    expect(outputOf(await harness.perform({ ...given, approvedPlan }, { tries: 2 }))).toEqual(first);
  });
  it('refuses links, folders and orders that say nothing', async () => {
    for (const paths of [[at('logs', 'link.gz')], [at('logs', 'deep')]]) {
      expect(codeOf(await perform('file.remove', { paths }))).toBe('not_a_file');
    }
    expect(codeOf(await perform('file.remove', {}))).toBe('invalid_input');
    expect(codeOf(await perform('file.remove', { glob: at('..', 'outside', '*') }))).toBe('not_allowed');
    expect(codeOf(await perform('file.remove', { glob: join(outside, '*') }))).toBe('not_allowed');
    expect(codeOf(await perform('file.remove', { glob: '/*' }))).toBe('not_allowed');
  });
});

it.each([
  ['*', 'a', true],
  ['*', '.a', false],
  ['.*', '.a', true],
  ['a*c', 'abbc', true],
  ['a*c', 'abbd', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a**c*', 'axxcxx', true],
  ['*a*a*a*a*a*a*a*b', 'a'.repeat(5000), false],
  ['[ab]', 'a', false],
  ['a.c', 'abc', false],
])('the pattern %j and the name %.10s match: %j', (pattern, name, expected) => {
  expect(matchesName(pattern, name)).toBe(expected);
});

it('disk.usage counts as df does', async () => {
  const output = outputOf<{ total: number; used: number; free: number; percent: number }>(
    await perform('disk.usage', { path: harness.root }),
  );
  expect(output.total).toBeGreaterThanOrEqual(output.used + output.free);
  expect(output.percent).toBeGreaterThanOrEqual(0);
  expect(output.percent).toBeLessThanOrEqual(100);
  expect(codeOf(await perform('disk.usage', { path: '/no/such/path' }))).toBe('not_found');
});
