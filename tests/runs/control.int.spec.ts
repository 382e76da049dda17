import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../_util/api-client';
import { RunLab } from '../_util/run-lab';

describe('control of a run', () => {
  let lab: RunLab;
  let dir: string;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-control-'));
    lab = await RunLab.open({ YMERA_WRITE_ROOTS: dir });
  }, 120_000);
  afterAll(async () => {
    await lab.close();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const node = (code: string): string => JSON.stringify([process.execPath, '-e', code]);
  const launch = async (source: string): Promise<string> => lab.launch(await lab.saveRunbook(source));
  const write = (id: string, name: string, content: string, more = ''): string =>
    `  - {id: ${id}, action: file.write, with: {path: ${join(dir, name)}, content: "${content}"}${more}}\n`;
  const failing = (id: string, more = ''): string =>
    `  - {id: ${id}, action: shell.run, with: {argv: ${node('process.exit(3)')}}${more}}\n`;
  const statuses = async (run: string): Promise<Record<string, string>> =>
    Object.fromEntries(Object.entries((await lab.state(run)).steps).map(([path, { status }]) => [path, status]));

  it('pauses parallel branches too, and goes on', async () => {
    const slow = node('setTimeout(() => 0, 700)');
    const branch = (id: string): string =>
      `      - id: ${id}\n        steps:\n          - {id: ${id}1, action: shell.run, with: {argv: ${slow}}}\n` +
      `          - {id: ${id}2, action: debug.echo, with: {value: 1}}\n`;
    const run = await launch(`name: pausing\nsteps:\n  - id: split\n    parallel:\n${branch('l')}${branch('r')}`);
    await lab.reaches(
      run,
      ({ steps }) => steps['l1']?.status === 'running' && steps['r1']?.status === 'running',
      'both',
    );
    await lab.command(run, 'Pause');
    await lab.reaches(
      run,
      ({ steps }) => steps['l1']?.status === 'succeeded' && steps['r1']?.status === 'succeeded',
      'both ends',
    );
    await delay(500);
    expect(await lab.state(run)).toMatchObject({ status: 'paused', pausedBy: 'bob' });
    expect(Object.keys(await statuses(run))).not.toEqual(expect.arrayContaining(['l2']));
    expect(Object.keys(await statuses(run))).not.toEqual(expect.arrayContaining(['r2']));
    await lab.command(run, 'Resume');
    expect(await lab.ended(run)).toMatchObject({ status: 'succeeded' });
  }, 60_000);

  it('ends what is under way when it is cancelled, and takes back what was done', async () => {
    writeFileSync(join(dir, 'one'), 'before');
    const pidFile = join(dir, 'pid');
    const long = node(
      `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setTimeout(() => 0, 60000)`,
    );
    const run = await launch(
      `name: cancelled\nsteps:\n${write('one', 'one', 'after', ', undo: true')}` +
        `  - {id: block, steps: [{id: long, action: shell.run, with: {argv: ${long}}}]}\n`,
    );
    await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '', 'the program');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await lab.command(run, 'Cancel', { undo: true }, { reason: 'changed my mind' });
    expect(await lab.ended(run)).toMatchObject({
      status: 'cancelled',
      steps: {
        one: { status: 'undone' },
        block: { status: 'failed', error: { code: 'cancelled' } },
        long: { status: 'failed', error: { code: 'cancelled' } },
      },
    });
    expect(() => process.kill(pid, 0)).toThrow();
    expect(readFileSync(join(dir, 'one'), 'utf8')).toBe('before');
  }, 60_000);

  it('undoes in reverse order after a failure, says what could not be undone, and tells a person', async () => {
    writeFileSync(join(dir, 'x'), 'x before');
    const log = join(dir, 'undo-log');
    const note = (text: string): string =>
      node(`require('fs').appendFileSync(${JSON.stringify(log)}, ${JSON.stringify(text)})`);
    const undo = (text: string): string => `, undo: {action: shell.run, with: {argv: ${note(text)}}}`;
    const done = node('0');
    const run = await launch(
      `name: undone\non_failure: undo\nsteps:\n${write('x', 'x', 'x after', ', undo: true')}` +
        `  - {id: a, action: shell.run, with: {argv: ${done}}${undo('a')}}\n` +
        `  - {id: b, action: shell.run, with: {argv: ${done}}, undo: {action: shell.run, with: {argv: ${node('process.exit(1)')}}}}\n` +
        `  - {id: each, foreach: {items: [1, 2]}, steps: [{id: c, action: shell.run, with: {argv: ${done}}${undo('${{ item }}')}}]}\n` +
        failing('bad'),
    );
    expect(await lab.ended(run)).toMatchObject({ status: 'failed', error: { code: 'exit_code' } });
    expect(readFileSync(log, 'utf8')).toBe('21a');
    expect(readFileSync(join(dir, 'x'), 'utf8')).toBe('x before');
    const names = await lab.eventNames(run);
    expect(names).toEqual(expect.arrayContaining(['UndoStarted', 'StepUndone', 'StepUndoFailed', 'RunEscalated']));
    expect(await statuses(run)).toMatchObject({ x: 'undone', a: 'undone', b: 'succeeded', 'each[0].c': 'undone' });
  }, 60_000);

  it('retries with a pause, goes on after an error where it may, and keeps to the time', async () => {
    const third = join(dir, 'third');
    const flaky = node(
      `const fs=require('fs'),f=${JSON.stringify(third)};const n=fs.existsSync(f)?+fs.readFileSync(f):0;fs.writeFileSync(f,String(n+1));process.exit(n<2?1:0)`,
    );
    const run = await launch(
      `name: retried\nsteps:\n  - {id: flaky, action: shell.run, retry: {attempts: 3, backoff: 100ms}, with: {argv: ${flaky}}}\n` +
        failing('minor', ', continue_on_error: true') +
        `  - {id: last, if: "steps.minor.status == 'failed'", action: debug.echo, with: {value: "\${{ steps.minor.error.code }}"}}\n` +
        `  - {id: long, action: shell.run, timeout: 500ms, with: {argv: ${node('setTimeout(() => 0, 60000)')}}}\n`,
    );
    expect(await lab.ended(run)).toMatchObject({
      status: 'failed',
      error: { code: 'timeout' },
      steps: { flaky: { attempt: 3 }, last: { output: { value: 'exit_code' } } },
    });
  }, 60_000);

  it('stops a fleet after k of n, and does not begin the rest', async () => {
    const code = `process.exit(["b","c"].includes(process.argv[1]) ? 1 : 0)`;
    const argv = JSON.stringify([process.execPath, '-e', code, '${{ item }}']);
    const run = await launch(
      `name: fleet\nsteps:\n  - id: roll\n    foreach: {items: [a, b, c, d, e], max_failures: 1}\n` +
        `    steps: [{id: one, action: shell.run, with: {argv: ${argv}}}]\n`,
    );
    expect(await lab.ended(run)).toMatchObject({ status: 'failed', error: { code: 'failure_threshold' } });
    expect(Object.keys(await statuses(run))).toEqual(['roll', 'roll[0].one', 'roll[1].one', 'roll[2].one']);
  }, 60_000);

  it('asks a person what to do with a failed step: again, or without it', async () => {
    const flag = join(dir, 'flag');
    const check = node(`process.exit(require('fs').existsSync(${JSON.stringify(flag)}) ? 0 : 1)`);
    const run = await launch(
      `name: asking\non_failure: ask\nsteps:\n  - {id: check, action: shell.run, with: {argv: ${check}}}\n${failing('hopeless')}`,
    );
    await lab.reaches(run, ({ steps }) => steps['check']?.status === 'blocked', 'the question');
    writeFileSync(flag, '');
    expect((await lab.command(run, 'RetryStep', { step: 'check' })).status).toBe('accepted');
    await lab.reaches(run, ({ steps }) => steps['hopeless']?.status === 'blocked', 'the second question');
    expect((await lab.command(run, 'SkipStep', { step: 'hopeless' })).status).toBe('rejected');
    await lab.command(run, 'SkipStep', { step: 'hopeless' }, { reason: 'nobody needs it' });
    expect(await lab.ended(run)).toMatchObject({ status: 'succeeded', steps: { hopeless: { status: 'skipped' } } });
  }, 60_000);

  it('goes on in a new run where one has failed, and runs again with another input', async () => {
    const gate = join(dir, 'gate');
    const counted = join(dir, 'counted');
    const runbook = await lab.saveRunbook(
      `name: resumed\ninput: {word: {type: string, default: hello}}\nsteps:\n` +
        `  - {id: count, action: shell.run, with: {argv: ${node(`require('fs').appendFileSync(${JSON.stringify(counted)},'x');console.log('made')`)}}}\n` +
        `  - {id: gate, action: shell.run, with: {argv: ${node(`process.exit(require('fs').existsSync(${JSON.stringify(gate)})?0:1)`)}}}\n` +
        `output: {said: "\${{ input.word }} \${{ steps.count.output.stdout }}"}\n`,
    );
    const first = await lab.launch(runbook);
    expect(await lab.ended(first)).toMatchObject({ status: 'failed' });
    writeFileSync(gate, '');
    const { id } = await lab.launcher.retry(first, { id: `${first}-again`, principal: 'bob' });
    expect(await lab.ended(id)).toMatchObject({ status: 'succeeded', output: { said: 'hello made\n' } });
    expect(readFileSync(counted, 'utf8')).toBe('x');
    const rerun = await lab.launcher.rerun(first, { id: `${first}-rerun`, principal: 'bob', input: { word: 'bye' } });
    expect(await lab.ended(rerun.id)).toMatchObject({ status: 'succeeded', output: { said: 'bye made\n' } });
    expect(readFileSync(counted, 'utf8')).toBe('xx');
  }, 60_000);
});
