import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, outputOf, stepHarness, type StepHarness } from '../_util/step-harness';
import { waitFor } from '../_util/wait-for';
import { processFacts } from './process-facts';

interface Output {
  exit_code: number;
  stdout: string;
  stderr: string;
  truncated: boolean;
}

let harness: StepHarness;
beforeEach(async () => void (harness = await stepHarness()));
afterEach(() => harness.end());

const node = (script: string, more: object = {}): Parameters<StepHarness['perform']>[0] => ({
  action: 'shell.run',
  with: { argv: [process.execPath, '-e', script], ...more },
});
const run = (given: Parameters<StepHarness['perform']>[0], info = {}): Promise<Output> =>
  harness.perform(given, info).then((result) => outputOf<Output>(result));

describe('a program', () => {
  it('gets its arguments as they are: there is no shell', async () => {
    const output = await run({ action: 'shell.run', with: { argv: ['echo', '$HOME; rm -rf *', '`id`'] } });
    expect(output).toEqual({ exit_code: 0, stdout: '$HOME; rm -rf * `id`\n', stderr: '', truncated: false });
  });
  it('sees nothing of the worker’s environment but what is harmless', async () => {
    process.env['YMERA_SECRET_PLANTED'] = 'planted';
    try {
      const { stdout } = await run(node('console.log(Object.keys(process.env).sort().join())', { env: { MINE: '1' } }));
      expect(
        stdout
          .trim()
          .split(',')
          .filter((name) => !['PATH', 'HOME', 'LANG', 'TZ'].includes(name)),
      ).toEqual(['MINE']);
    } finally {
      delete process.env['YMERA_SECRET_PLANTED'];
    }
  });
  it.each(['PATH', 'LD_PRELOAD', 'NODE_OPTIONS', 'BASH_ENV'])('is not given %s', async (name) => {
    expect(codeOf(await harness.perform(node('', { env: { [name]: 'x' } })))).toBe('not_allowed');
  });
  it('reads its input, and runs in the workspace of the run', async () => {
    const script = 'process.stdin.pipe(process.stdout); process.stderr.write(process.cwd())';
    const output = await run(node(script, { stdin: 'hällo' }));
    expect(output).toMatchObject({ stdout: 'hällo', stderr: join(harness.settings.workspace, 'run-1') });
  });
  it('that does not read its input is no failure', async () => {
    expect((await run({ action: 'shell.run', with: { argv: ['true'], stdin: 'x'.repeat(200_000) } })).exit_code).toBe(
      0,
    );
  });
  it('fails by its exit code, with what it wrote', async () => {
    const result = await harness.perform(node("console.error('broken'); process.exit(3)"));
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: 'exit_code', message: `${process.execPath} exited with 3` },
      output: { exit_code: 3, stderr: 'broken\n' },
    });
    expect((await run(node('process.exit(3)', { ok_exit_codes: [0, 3] }))).exit_code).toBe(3);
  });
  it('keeps head and tail of a flood, and logs all of it', async () => {
    const script = "for (let i = 0; i < 20000; i++) console.log('line ' + i)";
    const output = await run(node(script));
    expect(output.truncated).toBe(true);
    expect(output.stdout.length).toBeLessThan(40_000);
    expect(output.stdout).toMatch(/^line 0\n[^]*characters left out[^]*line 19999\n$/);
    const all = harness.logged.map(({ text }) => text).join('');
    expect(all.split('\n')).toHaveLength(20_001);
  });
  it('that prints a secret in pieces leaks none of it', async () => {
    harness.secrets['db'] = 'hunter2-and-more';
    const script =
      "const [,s]=process.argv; process.stdout.write(s.slice(0,5)); setTimeout(()=>process.stdout.write(s.slice(5)+'.'),100)";
    const output = await run({ action: 'shell.run', with: { argv: [process.execPath, '-e', script, 'secret://db'] } });
    expect(output.stdout).toBe('[secret].');
    expect(JSON.stringify(harness.logged)).not.toMatch(/hunt|more/);
  });
  it('that starts a service which holds its output does not wait for it', async () => {
    const pidFile = join(harness.root, 'pid');
    const script = `const c=require('child_process').spawn('sleep',['60'],{stdio:'inherit',detached:true});
      require('fs').writeFileSync(${JSON.stringify(pidFile)},String(c.pid)); c.unref(); console.log('started')`;
    expect((await run(node(script), {})).stdout).toBe('started\n');
    const service = Number(await readFile(pidFile, 'utf8'));
    expect(await processFacts(service)).toMatchObject({ cmdline: 'sleep 60' });
    process.kill(service, 'SIGKILL');
  });
  it('that is not there, or has no folder to run in, says so', async () => {
    expect(codeOf(await harness.perform({ action: 'shell.run', with: { argv: ['no-such-program'] } }))).toBe(
      'not_found',
    );
    expect(codeOf(await harness.perform(node('', { cwd: '/no/such/folder' })))).toBe('not_found');
    const notOne = join(harness.root, 'not-a-program');
    await writeFile(notOne, '#!/no/such/interpreter\n', { mode: 0o755 });
    expect(codeOf(await harness.perform({ action: 'shell.run', with: { argv: [notOne] } }))).toBe('not_started');
  });
});

describe('a program that must end', () => {
  it('is told to, with all that it has started, and killed when it does not', async () => {
    const pids = join(harness.root, 'pids');
    const deaf = "process.on('SIGTERM',()=>{}); setInterval(()=>{},1000);";
    const script = `${deaf} const c=require('child_process').spawn(process.execPath,['-e',${JSON.stringify(`${deaf} console.log(1)`)}]);
      c.stdout.once('data',()=>require('fs').writeFileSync(${JSON.stringify(pids)},process.pid+' '+c.pid));`;
    const stop = new AbortController();
    const running = harness.perform(node(script), { signal: stop.signal });
    const text = await waitFor(() =>
      readFile(pids, 'utf8').then(
        (found) => found || null,
        () => null,
      ),
    );
    stop.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    for (const pid of text.split(' ').map(Number))
      await waitFor(async () => (await processFacts(pid)) === null || null);
  });
  it('at its timeout fails, with what it wrote until then', async () => {
    const result = await harness.perform({
      ...node("console.log('so far'); setInterval(()=>{},1000)"),
      timeoutMs: 700,
    });
    expect(result).toMatchObject({ status: 'failed', error: { code: 'timeout' }, output: { stdout: 'so far\n' } });
  });
});

describe('the list of executables', () => {
  const allow = async (executables: string[], argv: string[], cwd?: string): Promise<string> => {
    harness.settings.executables = executables;
    const result = await harness.perform({ action: 'shell.run', with: { argv, ...(cwd ? { cwd } : {}) } });
    return result.status === 'failed' ? result.error.code : result.status;
  };
  it('allows a name, and the path that it stands for', async () => {
    expect(await allow(['true'], ['true'])).toBe('succeeded');
    const { stdout } = await run({ action: 'shell.run', with: { argv: ['true'] } }).then(() => ({
      stdout: '/bin/true',
    }));
    const path = (process.env['PATH'] ?? '').split(':').includes('/usr/bin') ? '/usr/bin/true' : stdout;
    expect(await allow(['true'], [path])).toBe('succeeded');
    expect(await allow(['true'], ['false'])).toBe('not_allowed');
    expect(await allow([], ['true'])).toBe('not_allowed');
  });
  it('is not got round by another file of the same name', async () => {
    const impostor = join(harness.root, 'true');
    await writeFile(impostor, '#!/bin/sh\nexit 0\n');
    await chmod(impostor, 0o755);
    expect(await allow(['true'], [impostor])).toBe('not_allowed');
    expect(await allow(['true'], ['./true'], harness.root)).toBe('not_allowed');
    expect(await allow([impostor], [impostor])).toBe('succeeded');
  });
});

describe('after a worker was lost over it', () => {
  const marker = (): string => join(harness.root, 'marker');
  const given = (verify?: object): Parameters<StepHarness['perform']>[0] =>
    node(`require('fs').appendFileSync(${JSON.stringify(marker())},'x')`, verify);
  it('a destructive one is never blindly repeated', async () => {
    expect(codeOf(await harness.perform(given(), { tries: 2 }))).toBe('outcome_unknown');
    await expect(readFile(marker())).rejects.toThrow('ENOENT');
  });
  it('it is asked by its `verify`', async () => {
    const verify = { verify: { argv: ['test', '-e', marker()] } };
    await run(given(verify), { tries: 2 });
    await run(given(verify), { tries: 2 });
    expect(await readFile(marker(), 'utf8')).toBe('x');
  });
});

it('a copy of a program in a folder of the run can be run where anything may be', async () => {
  await mkdir(join(harness.settings.workspace, 'run-1'), { recursive: true });
  const copy = join(harness.settings.workspace, 'run-1', 'tool');
  await copyFile('/bin/echo', copy);
  await chmod(copy, 0o755);
  expect((await run({ action: 'shell.run', with: { argv: [copy, 'hi'] } })).stdout).toBe('hi\n');
});
