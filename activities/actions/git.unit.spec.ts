import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, order, outputOf, stepHarness, tryInfo, type StepHarness } from '../_util/step-harness';
import { git } from '../../tests/_util/git';

// Real repositories, on machines that may be busy.
jest.setTimeout(60_000);

let harness: StepHarness;
let origin: string;
let author: string;
/** Commits of `main`, oldest first. */
let commits: string[];

async function commit(name: string, content: string): Promise<string> {
  await writeFile(join(author, name), content);
  git(author, 'add', '.');
  git(author, 'commit', '-qm', `write ${name}`);
  return git(author, 'rev-parse', 'HEAD');
}

beforeEach(async () => {
  harness = await stepHarness();
  [origin, author] = [join(harness.root, 'web.git'), join(harness.root, 'author')];
  git(harness.root, 'init', '-q', '--bare', '-b', 'main', origin);
  git(harness.root, 'init', '-q', '-b', 'main', author);
  commits = [await commit('a', '1\n'), await commit('b', 'x\ny\n'), await commit('a', '2\n'), await commit('a', '3\n')];
  git(author, 'tag', '-am', 'first', 'v1', commits[0] as string);
  git(author, 'push', '-q', '--tags', origin, 'main');
});
afterEach(() => harness.end());

type Step = Parameters<StepHarness['perform']>[0];
const step = (action: string, given: object, path = action): Step => ({ action, path, with: { ...given } });
const perform = (action: string, given: object, path = action): ReturnType<StepHarness['perform']> =>
  harness.perform(step(action, given, path));
const clone = (given: object = {}): Promise<{ path: string; sha: string; made: boolean }> =>
  perform('git.clone', { url: origin, ...given }).then((result) => outputOf(result));
const undo = (done: Step, output: unknown): ReturnType<StepHarness['perform']> =>
  harness.runner.undo({ ...order(done), output }, tryInfo());
const planOf = async (done: Step): Promise<Record<string, unknown>> => {
  const planned = await harness.runner.plan(order(done));
  if (planned.status === 'failed') throw new Error(planned.error.message);
  return planned.plan as Record<string, unknown>;
};

describe('git.clone', () => {
  it.each([
    ['HEAD', 3],
    ['main', 3],
    ['v1', 0],
  ])('checks out what %s stands for', async (ref, at) => {
    const { path, sha, made } = await clone({ ref });
    expect([path, sha, made]).toEqual([join(harness.settings.workspace, 'run-1', 'web'), commits[at], true]);
    expect(git(path, 'rev-parse', 'HEAD')).toBe(commits[at]);
  });
  it('checks out a commit by its hash', async () => {
    const { path } = await clone({ ref: commits[1], path: 'there' });
    expect(await readFile(join(path, 'a'), 'utf8')).toBe('1\n');
    expect(git(path, 'status', '--porcelain')).toBe('');
  });
  it('is planned by the commit that a branch stands for now, and makes nothing', async () => {
    expect(await planOf(step('git.clone', { url: origin, ref: 'main' }))).toEqual({
      url: origin,
      sha: commits[3],
      into: 'web',
    });
    await expect(readdir(harness.settings.workspace)).rejects.toThrow('ENOENT');
  });
  it('is done once, and its undo removes what it made', async () => {
    const first = await clone({ ref: commits[1] });
    expect(await clone({ ref: commits[1] })).toEqual(first);
    expect(codeOf(await perform('git.clone', { url: origin, ref: commits[0] }))).toBe('exists');
    const done = step('git.clone', { url: origin, ref: commits[1] });
    for (let i = 0; i < 2; i++) expect((await undo(done, first)).status).toBe('succeeded');
    await expect(readdir(first.path)).rejects.toThrow('ENOENT');
    expect(codeOf(await undo(done, { ...first, path: author }))).toBe('not_allowed');
    expect(await readdir(author)).toContain('a');
  });
  it.each([
    ['ext::sh -c "touch /tmp/owned"', 'invalid_url'],
    ['--upload-pack=touch', 'invalid_url'],
    ['fd::17', 'invalid_url'],
    ['git://host/x', 'invalid_url'],
    ['file:///etc', 'invalid_url'],
    ['-oProxyCommand=x@host:path', 'invalid_url'],
    ['https://me:hunter2@host/x', 'invalid_url'],
    ['/etc', 'not_allowed'],
  ])('refuses %s', async (url, code) => {
    const result = await perform('git.clone', { url, path: 'x' });
    expect(codeOf(result)).toBe(code);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
  it.each(['--all', '-x', 'a..b', 'a b', '$(id)', ''])('refuses the ref %j', async (ref) => {
    expect(codeOf(await perform('git.clone', { url: origin, ref }))).toBe('invalid_input');
  });
  it('runs no hooks, neither of the clone nor of its origin', async () => {
    const mark = join(harness.root, 'hooked');
    const { path } = await clone();
    for (const name of ['post-checkout', 'pre-commit', 'pre-push', 'post-commit']) {
      await writeFile(join(path, '.git', 'hooks', name), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    }
    outputOf(await perform('git.revert', { path: 'web', commits: [commits[3]], branch: 'fix' }));
    outputOf(await perform('git.push', { path: 'web', branch: 'fix' }));
    await expect(readFile(mark)).rejects.toThrow('ENOENT');
  });
});

describe('git.diff', () => {
  it('tells what differs, by file and as a patch', async () => {
    await clone();
    const output = outputOf(await perform('git.diff', { path: 'web', from: 'v1' }));
    expect(output).toMatchObject({
      from: commits[0],
      to: commits[3],
      changed: true,
      count: 2,
      files: [
        { path: 'a', added: 1, removed: 1 },
        { path: 'b', added: 2, removed: 0 },
      ],
    });
    expect(output['patch']).toContain('-1\n+3\n');
    expect(outputOf(await perform('git.diff', { path: 'web', from: 'v1', paths: ['b'] }))['count']).toBe(1);
    expect(outputOf(await perform('git.diff', { path: 'web', from: 'main' }))).toMatchObject({
      changed: false,
      patch: '',
    });
    expect(codeOf(await perform('git.diff', { path: 'web', from: 'none' }))).toBe('unknown_ref');
  });
  it('runs no program that the repository names', async () => {
    const { path } = await clone();
    const mark = join(harness.root, 'ran');
    git(path, 'config', 'diff.external', `touch ${mark} #`);
    git(path, 'config', 'core.fsmonitor', `touch ${mark} #`);
    outputOf(await perform('git.diff', { path: 'web', from: 'v1' }));
    await expect(readFile(mark)).rejects.toThrow('ENOENT');
  });
  it('is of the top of a repository below what may be read', async () => {
    await mkdir(join(author, 'sub'));
    expect(codeOf(await perform('git.diff', { path: join(author, 'sub'), from: 'HEAD' }))).toBe('not_a_repository');
    expect(codeOf(await perform('git.diff', { path: 'none', from: 'HEAD' }))).toBe('not_a_repository');
    const pretender = join(harness.root, 'pretender');
    await mkdir(pretender);
    await symlink(join(author, '.git'), join(pretender, '.git'));
    expect(codeOf(await perform('git.diff', { path: pretender, from: 'HEAD' }))).toBe('not_a_repository');
  });
});

describe('git.revert', () => {
  const given = (more: object = {}): Step =>
    step('git.revert', { path: 'web', commits: [commits[2], commits[3]], branch: 'rollback', ...more });
  const revert = async (more: object = {}, info = {}): Promise<{ path: string; sha: string; created: boolean }> =>
    outputOf(await harness.perform(given(more), info));

  it('takes commits back by one on a new branch, in whatever order they are named', async () => {
    await clone();
    const { path, sha, created } = await revert();
    expect(created).toBe(true);
    expect(await readFile(join(path, 'a'), 'utf8')).toBe('1\n');
    expect(git(path, 'rev-list', '--parents', '-1', 'rollback')).toBe(`${sha} ${commits[3]}`);
    expect(git(path, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('rollback');
    expect(git(path, 'log', '-1', '--format=%an')).toBe('Ymera');
  });
  it('is planned before its clone is there, and exactly after', async () => {
    expect(await planOf(given())).toMatchObject({ repository: 'web', branch: 'rollback', onto: 'HEAD', creates: true });
    const { path } = await clone();
    expect(await planOf(given())).toMatchObject({
      repository: path,
      reverts: [commits[2], commits[3]],
      onto: commits[3],
    });
    expect(git(path, 'branch', '--list', 'rollback')).toBe('');
  });
  it('is done once, though a worker was lost over it', async () => {
    const { path } = await clone();
    const first = await revert();
    expect(await revert({}, { tries: 2 })).toEqual(first);
    expect(git(path, 'rev-list', '--count', 'rollback')).toBe('5');
  });
  it('begins anew where a worker was lost in the middle', async () => {
    const { path } = await clone();
    const first = await revert();
    git(path, 'reset', '-q', '--hard', commits[3] as string);
    git(path, 'revert', '--no-commit', commits[3] as string);
    const second = await revert({}, { tries: 2 });
    expect(second.created).toBe(true);
    expect(git(path, 'diff', first.sha, second.sha)).toBe('');
    expect(git(path, 'rev-list', '--count', 'rollback')).toBe('5');
    expect(git(path, 'status', '--porcelain')).toBe('');
  });
  it('is taken back: the branch goes, and what was checked out comes again', async () => {
    const { path } = await clone();
    const output = await revert();
    for (let i = 0; i < 2; i++) expect((await undo(given(), output)).status).toBe('succeeded');
    expect(git(path, 'branch', '--list', 'rollback')).toBe('');
    expect(git(path, 'rev-parse', 'HEAD')).toBe(commits[3]);
    expect(await readFile(join(path, 'a'), 'utf8')).toBe('3\n');
  });
  it('on a branch that is there adds to it, and is taken back to where it stood', async () => {
    const { path } = await clone();
    git(path, 'branch', 'rollback', commits[2] as string);
    const output = await revert({ commits: [commits[2]] });
    expect(output.created).toBe(false);
    expect(git(path, 'rev-parse', 'rollback^')).toBe(commits[2]);
    expect((await undo(given({ commits: [commits[2]] }), output)).status).toBe('succeeded');
    expect(git(path, 'rev-parse', 'rollback')).toBe(commits[2]);
  });
  it('is not taken back over the commits of others', async () => {
    const { path } = await clone();
    const output = await revert();
    await writeFile(join(path, 'a'), 'more\n');
    git(path, 'commit', '-qam', 'more');
    expect(codeOf(await undo(given(), output))).toBe('changed_since');
    expect(git(path, 'log', '-1', '--format=%s', 'rollback')).toBe('more');
  });
  it('that conflicts leaves everything as it was', async () => {
    const { path } = await clone();
    expect(codeOf(await harness.perform(given({ commits: [commits[2]] })))).toBe('not_reverted');
    expect(git(path, 'branch', '--list', 'rollback')).toBe('');
    expect(git(path, 'rev-parse', 'HEAD')).toBe(commits[3]);
    expect(git(path, 'status', '--porcelain')).toBe('');
  });
  it('refuses changes that are not committed, and commits of elsewhere', async () => {
    const { path } = await clone();
    expect(codeOf(await harness.perform(given({ from: 'v1' })))).toBe('not_reverted');
    await writeFile(join(path, 'a'), 'dirty');
    expect(codeOf(await harness.perform({ ...given(), path: 'other' }))).toBe('dirty');
    expect(await readFile(join(path, 'a'), 'utf8')).toBe('dirty');
  });
  it.each(['-D', 'a..b', 'a b', '/x', '.x'])('refuses the branch %j', async (branch) => {
    expect(codeOf(await harness.perform(given({ branch })))).toBe('invalid_input');
  });
});

describe('git.tag', () => {
  const given = step('git.tag', { path: 'web', name: 'v2', message: 'second' });
  it('makes an annotated tag once, and its undo deletes it', async () => {
    const { path } = await clone();
    const first = outputOf(await harness.perform(given));
    expect(first).toMatchObject({ sha: commits[3], object: git(path, 'rev-parse', 'v2') });
    expect(git(path, 'cat-file', '-t', 'v2')).toBe('tag');
    expect(outputOf(await harness.perform(given, { tries: 2 }))).toEqual(first);
    for (let i = 0; i < 2; i++) expect((await undo(given, first)).status).toBe('succeeded');
    expect(git(path, 'tag', '--list', 'v2')).toBe('');
  });
  it('moves none that is there, and deletes none of others', async () => {
    const { path } = await clone();
    expect(codeOf(await perform('git.tag', { path: 'web', name: 'v1', message: 'mine' }))).toBe('exists');
    const output = outputOf(await harness.perform(given));
    git(path, 'tag', '-fam', 'other', 'v2');
    expect(codeOf(await undo(given, output))).toBe('changed_since');
  });
});

describe('git.push', () => {
  it('pushes a branch and a tag to the origin; twice is once', async () => {
    await clone();
    const { sha } = outputOf(await perform('git.revert', { path: 'web', commits: [commits[3]], branch: 'fix' }));
    outputOf(await perform('git.tag', { path: 'web', name: 'v2', message: 'second' }));
    const push = step('git.push', { path: 'web', branch: 'fix' });
    expect(await planOf(push)).toMatchObject({ remote: origin, ref: 'refs/heads/fix', from: null, to: sha });
    for (let i = 0; i < 2; i++) expect(outputOf(await harness.perform(push))).toMatchObject({ sha });
    outputOf(await perform('git.push', { path: 'web', tag: 'v2' }));
    expect(git(origin, 'rev-parse', 'fix')).toBe(sha);
    expect(git(origin, 'cat-file', '-t', 'v2')).toBe('tag');
  });
  it('does not push over what others have pushed', async () => {
    const { path } = await clone();
    git(path, 'checkout', '-q', 'main');
    git(path, 'commit', '-q', '--allow-empty', '-m', 'mine');
    await commit('a', '4\n');
    git(author, 'push', '-q', origin, 'main');
    expect(codeOf(await perform('git.push', { path: 'web', branch: 'main' }))).toBe('git_failed');
    expect(git(origin, 'log', '-1', '--format=%s', 'main')).toBe('write a');
    expect(codeOf(await perform('git.push', { path: 'web', branch: 'none' }))).toBe('unknown_ref');
  });
});

it('what was approved and done before a worker was lost is no plan that has changed', async () => {
  await clone();
  const steps = [
    step('git.revert', { path: 'web', commits: [commits[3]], branch: 'fix' }),
    step('git.tag', { path: 'web', name: 'v2', message: 'second' }),
    step('git.push', { path: 'web', branch: 'fix' }),
  ];
  for (const one of steps) {
    const planned = await harness.runner.plan(order(one));
    const approvedPlan = (planned as { planHash: string }).planHash;
    const first = outputOf(await harness.perform({ ...one, approvedPlan }));
    expect(outputOf(await harness.perform({ ...one, approvedPlan }, { tries: 2 }))).toEqual(first);
  }
});
