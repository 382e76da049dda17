import { createHash, createHmac } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../stack/ports';
import { ApiClient, until } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';
import { git } from '../_util/git';

const key = 'what the git server was told';
const server =
  "require('http').createServer((_, r) => r.end(require('fs').readFileSync('version'))).listen(process.env.PORT, '127.0.0.1');";

/** From a push to a real repository to what runs of it. */
describe('a pipeline', () => {
  let stack: TestStack;
  let admin: ApiClient;
  let approver: ApiClient;
  let dir: string;
  let bare: string;
  let work: string;
  let port: number;

  /** Pushes a commit. @returns its hash */
  const push = (version: string, build: string): string => {
    writeFileSync(join(work, 'version'), version);
    writeFileSync(join(work, 'server.cjs'), server);
    writeFileSync(join(work, 'build.sh'), build);
    git(work, 'add', '.');
    git(work, 'commit', '-q', '-m', version);
    git(work, 'push', '-q', 'origin', 'HEAD:main');
    return git(work, 'rev-parse', 'HEAD');
  };
  /** Tells Ymera of it as GitHub would. @returns the run */
  const deliver = async (sha: string, secret = key): Promise<{ status: number; run: string }> => {
    const body = JSON.stringify({ ref: 'refs/heads/main', after: sha, deleted: false });
    const response = await fetch(`${admin.origin}/api/v1/hooks/pushes`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': `delivery-${sha}`,
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
    });
    return { status: response.status, run: ((await response.json()) as { run: string }).run };
  };
  interface Run {
    status: string;
    error: unknown;
    steps: { path: string; status: string; output: Record<string, unknown> }[];
    approvals: { path: string; status: string; planHash: string }[];
  }
  const runOf = async (id: string): Promise<Run> => (await admin.call('GET', `runs/${id}`)).body;
  const reaches = async (id: string, holds: (run: Run) => boolean, what: string): Promise<Run> => {
    let last: Run | undefined;
    await until(async () => holds((last = await runOf(id))), what, 60_000).catch((error: unknown) => {
      throw new Error(`${String(error)} ${JSON.stringify(last, null, 1)}`);
    });
    return last as Run;
  };
  const asks = ({ status, approvals }: Run): boolean => status === 'failed' || approvals[0]?.status === 'pending';
  const stepOf = (run: Run, path: string): Record<string, unknown> =>
    run.steps.find((step) => step.path === path)?.output as Record<string, unknown>;
  const statusOf = (sha: string): { state: string } =>
    (JSON.parse(git(bare, 'notes', '--ref=ymera', 'show', sha)) as { ymera: { state: string } }).ymera;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-pipelines-'));
    [bare, work, port] = [join(dir, 'app.git'), join(dir, 'app'), await freePort()];
    git(dir, 'init', '-q', '--bare', '-b', 'main', bare);
    git(dir, 'clone', '-q', bare, work);
    stack = await startTestStack({ env: { YMERA_READ_ROOTS: dir, YMERA_WRITE_ROOTS: dir } });
    mkdirSync(join(stack.home, 'secrets'), { recursive: true, mode: 0o700 });
    writeFileSync(join(stack.home, 'secrets', 'key'), key, { mode: 0o600 });
    const file = stack.reload();
    admin = await ApiClient.login(file);
    const credentials = { username: 'bob', password: 'the password of bob' };
    await admin.call('POST', 'users', { ...credentials, roles: ['approver'] });
    approver = await ApiClient.login({ ...file, credentials });
    await until(async () => (await admin.call('GET', 'runbooks/pipeline')).status === 200, 'the shipped runbooks');
    const hook = await admin.call('POST', 'hooks', {
      id: 'pushes',
      runbook: 'pipeline',
      form: 'github',
      secret: 'secret://key',
      filter: "event.ref.startsWith('refs/heads/') && !event.deleted",
      input: {
        repository: bare,
        branch: '${{ event.ref.substring(11) }}',
        sha: '${{ event.after }}',
        commands: [['sh', 'build.sh']],
        cache: { key: 'app', paths: ['deps'] },
        artifact: 'out',
        deploy: {
          service: 'app',
          folder: join(dir, 'service'),
          argv: [process.execPath, 'server.cjs'],
          ports: [port],
        },
      },
    });
    expect(hook).toMatchObject({ status: 201 });
  }, 120_000);
  afterAll(async () => {
    await stack.stop();
    const pidFile = join(dir, 'service', 'instances', '0', 'pid');
    if (existsSync(pidFile)) process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const build = 'test -d deps || { mkdir deps; echo x > deps/x; echo made; }; mkdir out; cp version server.cjs out';

  it('leads from a push to the question whether its artifact is to be deployed, and to what runs', async () => {
    const sha = push('1', build);
    expect((await deliver(sha, 'another secret')).status).toBe(401);
    const { run: id } = await deliver(sha);
    expect((await deliver(sha)).run).toBe(id);
    const asked = await reaches(id, asks, 'the question');
    expect(stepOf(asked, 'checkout')).toMatchObject({ sha });
    expect(stepOf(asked, 'build')).toMatchObject({ stdout: 'made\n', cache: { hit: false } });
    expect(statusOf(sha)).toMatchObject({ state: 'success', description: `Run ${id}` });

    const { body } = await admin.call('GET', `runs/${id}/artifacts`);
    const [artifact] = body.artifacts as { digest: string; available: boolean }[];
    expect(artifact).toMatchObject({ step: 'build', name: 'artifact', type: 'tar', available: true });
    const { digest } = artifact as { digest: string };
    const url = `${admin.origin}/api/v1/runs/${id}/artifacts/${digest}`;
    const download = await fetch(url, { headers: { authorization: `Bearer ${admin.token}` } });
    const bytes = Buffer.from(await download.arrayBuffer());
    expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(digest);
    const other = `runs/${id}/artifacts/sha256:${'0'.repeat(64)}`;
    expect((await admin.call('GET', other)).body.code).toBe('artifact_not_found');

    const [{ planHash } = { planHash: '' }] = asked.approvals;
    const answered = await approver.call('POST', `runs/${id}/approvals/promote`, { answer: 'approve', planHash });
    expect(answered.status).toBe(200);
    expect(await reaches(id, ({ status }) => status !== 'running', 'its end')).toMatchObject({ status: 'succeeded' });
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('1');
  }, 120_000);

  it('lets a newer commit take the place of an older one, with what is cached', async () => {
    const begun = join(dir, 'begun');
    const older = push('2', `touch ${begun}; sleep 60`);
    const { run: first } = await deliver(older);
    await until(() => existsSync(begun), 'the older one');
    const newer = push('3', build);
    const { run: second } = await deliver(newer);
    const asked = await reaches(second, asks, 'the question of the newer one');
    expect(stepOf(asked, 'build')).toMatchObject({ stdout: '', cache: { hit: true } });
    expect(await runOf(first)).toMatchObject({ status: 'cancelled', cancel: { by: second, undo: true } });
    expect([statusOf(older).state, statusOf(newer).state]).toEqual(['failure', 'success']);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('1');
  }, 120_000);
});
