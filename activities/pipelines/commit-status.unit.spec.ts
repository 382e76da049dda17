import { join } from 'node:path';
import { testServer } from '../_util/http-server';
import { stepHarness, type StepHarness } from '../_util/step-harness';
import { sameStatus, type CommitStatus, type CommitStatuses } from './commit-status';
import { githubStatuses } from './github-statuses';
import { noteStatuses } from './note-statuses';
import { git } from '../../tests/_util/git';

const status = (more: Partial<CommitStatus> = {}): CommitStatus => ({
  context: 'ymera',
  state: 'pending',
  description: 'it runs',
  targetUrl: null,
  ...more,
});

jest.setTimeout(60_000);

let harness: StepHarness;
let bare: string;
let shas: string[];

beforeEach(async () => {
  harness = await stepHarness();
  bare = join(harness.root, 'app.git');
  const work = join(harness.root, 'work');
  git(harness.root, 'init', '-q', '--bare', bare);
  git(harness.root, 'clone', '-q', bare, work);
  shas = ['one', 'two'].map((message) => {
    git(work, 'commit', '-q', '--allow-empty', '-m', message);
    return git(work, 'rev-parse', 'HEAD');
  });
  git(work, 'push', '-q', 'origin', 'HEAD:main');
});
afterEach(() => harness.end());

/** A server that speaks as GitHub does, as far as statuses go: each one sent is kept, the newest of a context counts. */
async function githubServer(token: string) {
  const kept: Record<string, { context: string }[]> = {};
  return testServer(({ method, url, headers, body }, response) => {
    const answer = (code: number, text: string): unknown => response.writeHead(code).end(text);
    if (headers.authorization !== `Bearer ${token}`) return answer(401, '{}');
    const [, sent = '', asked = ''] = /^\/repos\/me\/app\/(?:statuses\/(\w+)|commits\/(\w+)\/status)/.exec(url) ?? [];
    if (method === 'GET') return answer(200, JSON.stringify({ statuses: kept[asked] ?? [] }));
    (kept[sent] ??= []).unshift(JSON.parse(body) as { context: string });
    return answer(201, body);
  });
}

const implementations: Record<
  string,
  () => Promise<{ statuses(this: void): CommitStatuses; end(this: void): Promise<void> }>
> = {
  'notes of the repository': async () => ({
    statuses: () =>
      noteStatuses(
        { remote: bare },
        {
          signal: new AbortController().signal,
          settings: harness.settings,
          runId: 'run-1',
          idempotencyKey: String(Math.random()),
        },
      ),
    end: async () => undefined,
  }),
  GitHub: async () => {
    const server = await githubServer('secret');
    const place = { api: server.url, repository: 'me/app', authorization: 'Bearer secret' };
    return { statuses: () => githubStatuses(place, new AbortController().signal), end: () => server.end() };
  },
};

describe.each(Object.entries(implementations))('commit statuses: %s', (_, open) => {
  it('says nothing of a commit that nobody has said anything of', async () => {
    const { statuses, end } = await open();
    expect(await statuses().get(shas[0] as string, 'ymera')).toBeNull();
    await end();
  });

  it('keeps the last that was said under each name, for each commit', async () => {
    const { statuses, end } = await open();
    const [first = '', second = ''] = shas;
    await statuses().set(first, status());
    await statuses().set(first, status({ context: 'other', state: 'failure' }));
    await statuses().set(second, status({ state: 'error' }));
    const done = status({ state: 'success', description: 'it did', targetUrl: 'http://127.0.0.1/runs/1' });
    await statuses().set(first, done);
    expect(await statuses().get(first, 'ymera')).toEqual(done);
    expect(await statuses().get(first, 'other')).toEqual(status({ context: 'other', state: 'failure' }));
    expect(await statuses().get(second, 'ymera')).toEqual(status({ state: 'error' }));
    expect(sameStatus(await statuses().get(second, 'other'), status())).toBe(false);
    await end();
  });

  it('loses nothing of what several say at once', async () => {
    const { statuses, end } = await open();
    const names = ['a', 'b', 'c'];
    await Promise.all(names.map((context) => statuses().set(shas[0] as string, status({ context }))));
    for (const context of names) expect(await statuses().get(shas[0] as string, context)).not.toBeNull();
    await end();
  });
});

it('says so where GitHub does not take it, and never what it was sent with', async () => {
  const server = await githubServer('another');
  const to = { to: 'github', api: server.url, repository: 'me/app', sha: shas[0], state: 'success' };
  harness.secrets['token'] = 'hunter22';
  const result = await harness.perform({
    action: 'pipeline.status',
    with: { ...to, authorization: 'Bearer secret://token' },
  });
  expect(result).toMatchObject({ status: 'failed', error: { code: 'bad_status' } });
  expect(JSON.stringify(result)).not.toContain('hunter22');
  await server.end();
});

it('says once what was said already', async () => {
  const order = { action: 'pipeline.status', with: { repository: bare, sha: shas[0], state: 'success' } };
  expect(await harness.perform(order)).toMatchObject({ output: { changed: true } });
  expect(await harness.perform(order)).toMatchObject({ output: { changed: false } });
  expect(JSON.parse(git(bare, 'notes', '--ref=ymera', 'show', shas[0] as string))).toMatchObject({
    ymera: { state: 'success' },
  });
});
