import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, order, outputOf, stepHarness, type StepHarness } from '../_util/step-harness';
import { processFacts } from './process-facts';

let harness: StepHarness;
let children: ChildProcess[] = [];
beforeEach(async () => void (harness = await stepHarness()));
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await harness.end();
});

/** A program that says when it is ready, and every signal that it gets. */
async function start(
  deafTo: string[] = [],
  noted: string[] = [],
): Promise<{ pid: number; child: ChildProcess; heard: () => string }> {
  const handlers = [...deafTo, ...noted].map((name) => `process.on('SIG${name}',()=>console.log('${name}'));`).join('');
  const child = spawn(process.execPath, ['-e', `${handlers} setInterval(()=>{},1000); console.log('ready')`, 'marked']);
  children.push(child);
  let heard = '';
  child.stdout.on('data', (part: Buffer) => void (heard += part.toString()));
  await once(child.stdout, 'data');
  return { pid: child.pid as number, child, heard: () => heard };
}
const pidFile = async (pid: number | string): Promise<string> => {
  const path = join(harness.root, 'web.pid');
  await writeFile(path, `${pid}\n`);
  return path;
};
const signal = (given: object, info = {}): ReturnType<StepHarness['perform']> =>
  harness.perform({ action: 'process.signal', with: { ...given } }, info);

describe('a signal', () => {
  it('ends the process of a pid file, and waits until it has', async () => {
    const { pid, child } = await start();
    const ended = once(child, 'exit');
    const output = outputOf(await signal({ pid_file: await pidFile(pid), cmdline: 'marked' }));
    expect(output).toMatchObject({
      pid,
      signal: 'TERM',
      ended: true,
      cmdline: expect.stringContaining('marked') as unknown,
    });
    expect((await ended)[1]).toBe('SIGTERM');
    expect(harness.locked[0]).toBe(`take process:${join(harness.root, 'web.pid')} for run-1/step`);
  });
  it('that ends nothing fails', async () => {
    const { pid } = await start(['TERM']);
    expect(codeOf(await signal({ pid, cmdline: 'marked', wait: 0.3 }))).toBe('still_running');
  });
  it('that is not meant to end anything is sent, and that is all', async () => {
    const { pid, child, heard } = await start([], ['HUP']);
    expect(outputOf(await signal({ pid, cmdline: 'marked', signal: 'HUP' }))).toMatchObject({ ended: false });
    if (!heard().includes('HUP')) await once(child.stdout as NodeJS.ReadableStream, 'data');
    expect(heard()).toContain('HUP');
  });
});

describe('the process that is meant', () => {
  it('is shown in the plan, and another one is another plan', async () => {
    const [one, two] = [await start(), await start()];
    const given = { pid_file: await pidFile(one.pid) };
    const step = order({ action: 'process.signal', with: given });
    const planned = await harness.runner.plan(step);
    expect(planned).toMatchObject({
      plan: { pid: one.pid, signal: 'TERM', cmdline: expect.stringContaining('marked') as unknown },
    });
    expect(await harness.runner.plan(step)).toEqual(planned);
    await pidFile(two.pid);
    const approvedPlan = (planned as { planHash: string }).planHash;
    expect((await harness.perform({ ...step, approvedPlan })).status).toBe('plan_changed');
    expect(await processFacts(two.pid)).not.toBeNull();
  });
  it('is not one that began after the pid file was written', async () => {
    const { pid } = await start();
    const path = await pidFile(pid);
    await utimes(path, new Date(Date.now() - 3_600_000), new Date(Date.now() - 3_600_000));
    expect(codeOf(await signal({ pid_file: path }))).toBe('other_process');
    expect(await processFacts(pid)).not.toBeNull();
  });
  it.each([
    ['of another command line', (pid: number) => ({ pid, cmdline: 'of another' }), 'other_process'],
    ['of which only the id is known', (pid: number) => ({ pid }), 'invalid_input'],
    ['that is the worker', () => ({ pid: process.pid, cmdline: 'node' }), 'not_allowed'],
    ['that is not there', () => ({ pid: 4_194_303, cmdline: 'x' }), 'not_found'],
    ['that is the first of all', () => ({ pid: 1, cmdline: '' }), 'invalid_input'],
  ])('is not one %s', async (_, given, code) => {
    const { pid } = await start();
    expect(codeOf(await signal(given(pid)))).toBe(code);
    expect(await processFacts(pid)).not.toBeNull();
  });
  it.each(['', '0', '-1', '1 2', 'x', '99999999999'])('is not in a pid file that holds %j', async (content) => {
    expect(codeOf(await signal({ pid_file: await pidFile(content) }))).toBe('not_found');
  });
});

describe('after a worker was lost over it', () => {
  it('the process that came in its place is left alone', async () => {
    const [first, second] = [await start(), await start()];
    const given = { pid_file: await pidFile(first.pid) };
    outputOf(await signal(given));
    await pidFile(second.pid);
    expect(outputOf(await signal(given, { tries: 2 }))).toMatchObject({ pid: first.pid, ended: true });
    expect(await processFacts(second.pid)).not.toBeNull();
  });
  it('it is done where nothing had been sent, and unknown where to reload twice might matter', async () => {
    const { pid } = await start([], ['HUP']);
    const given = { pid, cmdline: 'marked', signal: 'HUP' };
    expect((await signal(given, { tries: 2 })).status).toBe('succeeded');
    expect(codeOf(await signal(given, { tries: 2 }))).toBe('outcome_unknown');
  });
});
