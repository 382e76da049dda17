import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkedConfig } from '../../actors/core/validate';
import { policy, policyAgentId } from '../../actors/policy/policy';
import { RunLab } from '../_util/run-lab';

describe('what a run may do, and whether it helped', () => {
  let lab: RunLab;
  let dir: string;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-guards-'));
    lab = await RunLab.open({ YMERA_WRITE_ROOTS: dir });
  }, 120_000);
  afterAll(async () => {
    await lab.close();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const launch = async (source: string, input = {}): Promise<string> =>
    lab.launch(await lab.saveRunbook(source), input);
  const setPolicy = async (config: object): Promise<void> => {
    const data = { config: checkedConfig(policy, config) };
    expect((await lab.command(policyAgentId, 'SetConfig', data)).status).toBe('accepted');
    // A worker may go by what it read a moment ago.
    await new Promise((resolve) => setTimeout(resolve, 3500));
  };

  it('is ineffective where its check fails in the end, and a person is told', async () => {
    const steps = `steps: [{id: act, action: debug.echo, with: {value: 1}}]`;
    const check = (value: boolean): string =>
      `verify:\n  settle: 200ms\n  steps:\n    - {id: check, action: debug.echo, with: {value: ${value}}, until: {condition: output.value, every: 100ms}, timeout: 1s}`;
    expect(await lab.ended(await launch(`name: helped\n${steps}\n${check(true)}`))).toMatchObject({
      status: 'succeeded',
    });
    const run = await launch(`name: not-helped\n${steps}\n${check(false)}`);
    expect(await lab.ended(run)).toMatchObject({ status: 'ineffective', steps: { act: { status: 'succeeded' } } });
    const escalated = (await lab.records(run)).filter(({ type }) => type === 'ymera.run.RunEscalated');
    expect(escalated).toMatchObject([{ messagetype: 'NOTIFICATION', data: { code: 'ineffective' } }]);
  }, 60_000);

  it('is vetoed within the cooldown, and beyond the most runs of a window, saying until when', async () => {
    const source = (name: string, guards: string): string =>
      `name: ${name}\ntargets: ["thing:${name}"]\nguards: ${guards}\nsteps: [{id: act, action: debug.echo, with: {value: 1}}]`;
    const cooling = source('cooling', '{cooldown: 1h}');
    expect(await lab.ended(await launch(cooling))).toMatchObject({ status: 'succeeded' });
    const second = await lab.ended(await launch(cooling));
    expect(second).toMatchObject({ status: 'vetoed', error: { code: 'cooldown' }, steps: {} });
    expect(Date.parse(second.vetoedUntil ?? '')).toBeGreaterThan(Date.now() + 3_000_000);
    const few = source('few', '{max_runs: 2, window: 1h}');
    const outcomes: string[] = [];
    for (let i = 0; i < 4; i += 1) outcomes.push((await lab.ended(await launch(few))).status);
    expect(outcomes).toEqual(['succeeded', 'succeeded', 'vetoed', 'vetoed']);
  }, 60_000);

  it('is stopped by a freeze and by lists, also in the middle', async () => {
    await lab.launcher.launch({ id: 'warm', runbook: 'helped', input: {}, trigger: { type: 'api' }, principal: 'ada' });
    const file = join(dir, 'frozen');
    const slow = `name: slow\ntargets: ["site:a"]\nsteps:\n  - {id: rest, wait: 6s}\n  - {id: look, action: disk.usage, with: {path: ${dir}}}\n  - {id: act, action: file.write, with: {path: ${file}, content: x}}`;
    const underWay = await launch(slow);
    await lab.reaches(underWay, ({ steps }) => steps['rest']?.status === 'waiting', 'its wait');
    const freeze = {
      name: 'xmas',
      from: '2026-01-01T00:00:00Z',
      to: '2099-01-01T00:00:00Z',
      targets: ['site:*'],
      reason: 'quiet',
    };
    await setPolicy({ freezes: [freeze], deny: { runbooks: ['helped'] } });
    expect(await lab.ended(await launch(slow))).toMatchObject({ status: 'vetoed', error: { code: 'frozen' } });
    expect(await lab.ended(await lab.launch('helped'))).toMatchObject({
      status: 'vetoed',
      error: { code: 'not_allowed' },
    });
    // To look is always allowed; to write is not.
    expect(await lab.ended(underWay)).toMatchObject({
      status: 'failed',
      error: { code: 'vetoed' },
      steps: { look: { status: 'succeeded' } },
    });
    expect(await lab.eventNames(underWay)).toContain('StepVetoed');
    expect(existsSync(file)).toBe(false);
    await setPolicy({});
  }, 90_000);

  it('can be rehearsed, and nothing has happened then', async () => {
    let hits = 0;
    const server = createServer((_, response) => response.end(String((hits += 1))));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const file = join(dir, 'rehearsed');
    const touch = JSON.stringify([process.execPath, '-e', `require('fs').writeFileSync(${JSON.stringify(file)}, '')`]);
    const runbook = await lab.saveRunbook(
      `name: rehearsed\ninput: {go: {type: boolean}}\nsteps:\n` +
        `  - {id: ask, action: http.request, with: {url: "${url}", method: POST}}\n` +
        `  - {id: never, if: "!input.go", action: shell.run, with: {argv: ${touch}}}\n` +
        `  - {id: touch, action: shell.run, with: {argv: ${touch}}}\n` +
        `  - {id: write, action: file.write, with: {path: ${file}, content: "\${{ steps.ask.output.status }}"}}\n` +
        `  - {id: maybe, if: steps.ask.output.status == 200, action: file.write, with: {path: ${file}, content: x}}\n`,
    );
    const plan = await lab.launcher.plan({ runbook, input: { go: true }, trigger: { type: 'api' }, principal: 'ada' });
    expect(plan.steps).toMatchObject([
      { path: 'ask', reached: 'yes', effect: 'destructive' },
      { path: 'never', reached: 'no' },
      { path: 'touch', reached: 'yes', planHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      { path: 'write', reached: 'yes', unknown: expect.stringContaining('ask') as string },
      { path: 'maybe', reached: 'unknown' },
    ]);
    expect(hits).toBe(0);
    expect(existsSync(file)).toBe(false);
    server.close();
  }, 60_000);

  it('waits for a run of another runbook, and takes it with it when it is cancelled', async () => {
    await lab.saveRunbook(
      `name: inner\ninput: {n: {type: integer}}\nsteps: [{id: act, action: debug.echo, with: {value: "\${{ input.n * 2 }}"}}]\noutput: {twice: "\${{ steps.act.output.value }}"}`,
    );
    await lab.saveRunbook('name: forever\nsteps: [{id: rest, wait: 1h}]');
    const outer = `name: outer\nsteps: [{id: child, run: inner, with: {n: 21}}]\noutput: {answer: "\${{ steps.child.output.twice }}"}`;
    expect(await lab.ended(await launch(outer))).toMatchObject({ status: 'succeeded', output: { answer: 42 } });
    const lost = await launch('name: lost\nsteps: [{id: child, run: nowhere}]');
    expect(await lab.ended(lost)).toMatchObject({ status: 'failed', error: { code: 'runbook_not_found' } });
    const long = await launch('name: long\nsteps: [{id: child, run: forever}]');
    await lab.reaches(long, ({ steps }) => steps['child']?.child !== undefined, 'the child');
    const child = (await lab.state(long)).steps['child']?.child ?? '';
    await lab.command(long, 'Cancel');
    expect(await lab.ended(long)).toMatchObject({ status: 'cancelled' });
    expect(await lab.ended(child)).toMatchObject({ status: 'cancelled' });
    const endless = await launch('name: endless\nsteps: [{id: again, run: endless}]');
    expect(await lab.ended(endless, 60_000)).toMatchObject({ status: 'failed' });
  }, 90_000);
});
