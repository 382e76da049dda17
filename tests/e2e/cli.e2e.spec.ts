import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { distDir } from '../../infra/paths';
import { ApiClient, until } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';

const runbook = `
name: cli-greeting
description: Says hello, and asks first where it is loud.
input:
  name: {type: string, pattern: "^[a-z]+$"}
  loud: {type: boolean, default: false}
steps:
  - id: say
    action: shell.run
    with: {argv: [echo, "hello \${{ input.name }}"], effect: read}
  - id: may_shout
    if: input.loud
    approval: {message: "May I shout?", roles: [approver], timeout: 10m}
    steps:
      - id: shout
        action: debug.echo
        with: {value: "HELLO"}
`;

// Each call is a process of its own.
jest.setTimeout(60_000);

/** The command line, as people and scripts use it. */
describe('the CLI', () => {
  let stack: TestStack;
  let api: ApiClient;

  beforeAll(async () => {
    stack = await startTestStack();
    api = await ApiClient.login(stack.reload());
    await api.call('POST', 'users', { username: 'ada', roles: ['approver'], password: 'a long enough pass phrase' });
    writeFileSync(join(stack.home, 'greeting.yaml'), runbook);
  }, 120_000);
  afterAll(async () => {
    for (const child of started) child.kill('SIGKILL');
    await stack.stop();
  }, 60_000);

  const started: ChildProcess[] = [];
  const start = (args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess => {
    const child = spawn(process.execPath, [join(distDir, 'cli.js'), ...args], {
      cwd: stack.home,
      env: { PATH: process.env['PATH'], YMERA_CONFIG: join(stack.home, 'cli.json'), ...env },
    });
    started.push(child);
    return child;
  };

  async function ymera(args: string[], { stdin = '', env = {} }: { stdin?: string; env?: NodeJS.ProcessEnv } = {}) {
    const child = start(args, env);
    child.stdin?.end(stdin);
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
    return { code: await ended, stdout, stderr };
  }

  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await ymera(['--json', ...args]);
    if (code !== 0) throw new Error(`ymera ${args.join(' ')}: ${code} ${stderr}`);
    return JSON.parse(stdout);
  };

  it('knows nobody before the login, and says what to do', async () => {
    expect(await ymera(['agents'])).toMatchObject({ code: 4, stderr: expect.stringContaining('ymera login') });
  });

  it('signs in from a stack on this machine, and keeps no password', async () => {
    const { code, stdout } = await ymera(['login', '--stack', stack.home]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('admin at http://127.0.0.1') });
    expect(readFileSync(join(stack.home, 'cli.json'), 'utf8')).not.toContain(stack.file.credentials.password);
    expect(await json('whoami')).toMatchObject({ subject: 'admin', roles: ['admin'] });
  });

  it('makes agents, sends commands, and shows what happened', async () => {
    expect(await json('agents', 'create', 'flags', '--id', 'shop')).toMatchObject({ id: 'shop', kind: 'flags' });
    const sent = await ymera(['send', 'shop', 'SetFlag', '{"key":"a","value":true}', '--reason', 'a test']);
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('FlagSet') });
    expect((await ymera(['agents'])).stdout).toMatch(/shop\s+flags\s+shop\s+running/);
    expect(await json('agents', 'show', 'shop')).toMatchObject({ state: { flags: { a: true } } });
    const events = await ymera(['--json', 'events', 'shop']);
    const lines = events.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([{ sequence: 1 }, { sequence: 2, reason: 'a test' }]);
  });

  it('says what is wrong with a config, with its place, and exits with 1', async () => {
    const bad = await ymera(['config', 'set', 'shop', '{"checkpoint_interval":1}']);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain('/checkpoint_interval');
    const good = await ymera(['config', 'set', 'shop', '@-'], { stdin: '{"checkpoint_interval":30}' });
    expect(good.stdout).toContain('version 2');
    expect((await ymera(['config', 'set', 'shop', '{}', '--if-match', '"1"'])).stderr).toContain('version_conflict');
    expect(await json('config', 'rollback', 'shop', '1')).toMatchObject({ version: 3 });
    expect((await ymera(['config', 'versions', 'shop'])).stdout).toContain('rollback to 1');
  });

  it('follows events through the past into what happens, each once', async () => {
    const child = start(['--json', 'events', 'shop', '--follow']);
    let seen = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (seen += chunk));
    const sequences = () =>
      seen
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).sequence);
    await until(() => sequences().length >= 4, 'the past');
    await api.setFlag('shop', 'b', 1);
    await until(() => sequences().includes(5), 'what happens');
    expect(sequences()).toEqual([1, 2, 3, 4, 5]);
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  });

  it('checks, saves and plans a runbook, and runs it to its end', async () => {
    const bad = await ymera(['runbooks', 'lint', '-'], { stdin: runbook.replace('shell.run', 'shell.walk') });
    expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('/steps/0/action') });
    expect((await ymera(['runbooks', 'save', 'greeting.yaml'])).stdout).toContain('cli-greeting@1');
    expect((await ymera(['runbooks', 'plan', 'cli-greeting', '--set', 'name=ada'])).stdout).toMatch(/say\s+action/);
    const run = await ymera(['runs', 'start', 'cli-greeting', '--set', 'name=ada', '--id', 'quiet', '--follow']);
    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/hello ada[\s\S]*run quiet succeeded/) });
    expect((await ymera(['logs', 'quiet'])).stdout).toContain('hello ada');
    expect((await ymera(['runs', 'show', 'quiet'])).stdout).toMatch(/say\s+succeeded\s+shell\.run/);
    const refused = await ymera(['runs', 'start', 'cli-greeting', '--set', 'name=ADA']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('/name: must match') });
  });

  it('answers an approval by the hash of the plan that was looked at, as somebody else', async () => {
    const ada = ['--profile', 'ada', '--url', stack.file.api];
    const login = ['login', '--username', 'ada', '--password-stdin', ...ada];
    expect((await ymera(login, { stdin: 'a long enough pass phrase\n' })).code).toBe(0);
    expect((await ymera(['profiles', 'use', 'default'])).code).toBe(0);
    await json('runs', 'start', 'cli-greeting', '--set', 'name=ada', 'loud=true', '--id', 'loud');
    let waiting: { approvals: { path: string; planHash: string }[] } = { approvals: [] };
    await until(async () => {
      waiting = await json('approvals', '--mine', '--profile', 'ada');
      return waiting.approvals.length > 0;
    }, 'the approval');
    const [{ path, planHash } = { path: '', planHash: '' }] = waiting.approvals;
    expect((await ymera(['approvals', 'show', 'loud', path])).stdout).toContain(planHash);
    const approve = ['approvals', 'approve', 'loud', path, '--plan-hash'];
    expect((await ymera([...approve, '0'.repeat(12), '--profile', 'ada'])).stderr).toContain('another hash');
    expect((await ymera([...approve, planHash.slice(0, 12)])).code).not.toBe(0);
    expect((await ymera([...approve, planHash.slice(0, 12), '--profile', 'ada'])).stdout).toContain('approved');
    await until(async () => (await json('runs', 'show', 'loud')).status === 'succeeded', 'the run');
  });

  it('shows an agent at any moment, and who changed what', async () => {
    expect(await json('state', 'shop', '--at', '2')).toMatchObject({ sequence: 2, state: { flags: { a: true } } });
    expect((await ymera(['diff', 'shop', '1', '2'])).stdout).toMatch(/add\s+\/state\/flags\/a\s+true/);
    expect((await ymera(['blame', 'shop', '/state/flags/a'])).stdout).toMatch(/2 .*admin\s+a test\s+.*nothing → true/);
    expect((await ymera(['fork', 'shop', '--at', '2', '--id', 'shop-as-it-was'])).code).toBe(0);
    expect(await json('state', 'shop-as-it-was')).toMatchObject({ state: { flags: { a: true } } });
    expect((await ymera(['state', 'shop', '--at', '99'])).stderr).toContain('out_of_range');
  });

  it('verifies, and takes away evidence that is checked without a server', async () => {
    const verified = await ymera(['verify', 'shop']);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/replay-consistent\s+pass/) });
    expect((await ymera(['export', 'shop', '-o', 'shop.zip'])).code).toBe(0);
    const offline = (file: string) =>
      spawnSync(process.execPath, [join(distDir, 'ymera-verify.js'), join(stack.home, file)], { encoding: 'utf8' });
    expect(offline('shop.zip')).toMatchObject({ status: 0, stdout: expect.stringContaining('intact') });
    const bytes = readFileSync(join(stack.home, 'shop.zip'));
    bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
    writeFileSync(join(stack.home, 'forged.zip'), bytes);
    expect(offline('forged.zip').status).not.toBe(0);
  });

  it('sees a doctor', async () => {
    const { code, stdout } = await ymera(['doctor']);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/temporal\s+ok/) });
  });

  it.each([
    [['fly'], 2, 'unknown command'],
    [['send', 'shop'], 2, 'missing required argument'],
    [['agents', 'list', '--limit', 'x'], 2, 'whole number'],
    [['send', 'shop', 'SetFlag', '{'], 2, 'not JSON'],
    [['agents', 'show', 'nobody'], 1, 'agent_not_found'],
    [['agents', '--url', 'http://127.0.0.1:9'], 3, 'no answer from http://127.0.0.1:9'],
    [['agents', '--url', 'ftp://x'], 2, 'no http address'],
    [['agents', '--profile', 'nobody'], 2, 'no profile nobody'],
  ])('%j ends with %d, one clear line and no stack', async (args, code, says) => {
    const answer = await ymera(args);
    expect({ code: answer.code, stderr: answer.stderr }).toEqual({ code, stderr: expect.stringContaining(says) });
    expect(answer.stderr).not.toMatch(/^\s+at /m);
  });

  it('gives no credential to another server than the one that it is from', async () => {
    const answer = await ymera(['whoami', '--url', stack.file.api.replace('127.0.0.1', 'localhost')]);
    expect(answer.code).not.toBe(0);
  });

  it('completes commands in a shell', async () => {
    const { stdout } = await ymera(['completion', 'bash']);
    const script = `${stdout}\nCOMP_WORDS=(ymera runs st); COMP_CWORD=2; _ymera; echo "\${COMPREPLY[@]}"`;
    const child = spawn('bash', ['-c', script]);
    expect((await text(child.stdout)).trim()).toBe('start');
  });

  it('signs out', async () => {
    expect((await ymera(['logout'])).code).toBe(0);
    expect(await ymera(['whoami'])).toMatchObject({ code: 4, stderr: expect.stringContaining('ymera login') });
  });
});
