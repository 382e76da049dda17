import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventName } from '../../actors/core/event';
import { targetAgentId } from '../../actors/target/key';
import { agentWorkflowId } from '../../workflows/messages';
import { until } from '../_util/api-client';
import { RunLab } from '../_util/run-lab';

/** Says so where somebody else is in the room. */
const visit = `
const fs = require('node:fs');
const [dir, who] = process.argv.slice(1);
try { fs.writeFileSync(dir + '/room', who, { flag: 'wx' }); } catch { fs.appendFileSync(dir + '/overlaps', who); }
fs.appendFileSync(dir + '/visits', who + '\\n');
fs.rmSync(dir + '/room', { force: true });
`;

describe('locks of real targets', () => {
  let lab: RunLab;
  let dir: string;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-locks-'));
    lab = await RunLab.open({ YMERA_WRITE_ROOTS: dir });
    const argv = JSON.stringify([process.execPath, '-e', visit, dir, '${{ run.id }}']);
    await lab.saveRunbook(
      `name: visit\ntargets: ["room:one"]\nsteps:\n  - {id: visit, action: shell.run, with: {argv: ${argv}}}\n`,
    );
    await lab.saveRunbook(
      `name: stay\ninput: {room: {type: string}}\ntargets: ["room:\${{ input.room }}"]\nsteps:\n  - {id: stay, wait: 1h}\n`,
    );
    await lab.saveRunbook(
      `name: write\ninput: {text: {type: string}}\nsteps:\n  - {id: write, action: file.write, with: {path: ${join(dir, 'shared')}, content: "\${{ input.text }}"}}\n`,
    );
  }, 120_000);
  afterAll(async () => {
    await lab.close();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const targetEvents = async (key: string) =>
    (await lab.records(targetAgentId(key))).map((record) => ({ ...record, name: eventName(record) }));
  const owners = async (key: string, name: string): Promise<string[]> =>
    (await targetEvents(key))
      .filter((event) => event.name === name)
      .map(({ data }) => (data as { owner: string }).owner);

  it('never let two runs on one target overlap in 200 tries, and serve them in the order they came', async () => {
    const runs: string[] = [];
    for (let burst = 0; burst < 10; burst += 1) {
      runs.push(...(await Promise.all(Array.from({ length: 20 }, () => lab.launch('visit')))));
    }
    for (const run of runs) expect(await lab.ended(run, 120_000)).toMatchObject({ status: 'succeeded' });
    expect(existsSync(join(dir, 'overlaps'))).toBe(false);
    const visits = readFileSync(join(dir, 'visits'), 'utf8').trim().split('\n');
    expect(visits).toHaveLength(200);
    const acquired = await owners('room:one', 'TargetAcquired');
    expect(visits).toEqual(acquired);
    const queued = await owners('room:one', 'TargetQueued');
    expect(queued.length).toBeGreaterThan(100);
    const waited = new Set(queued);
    expect(acquired.filter((owner) => waited.has(owner))).toEqual(queued);
  }, 240_000);

  it('are free again when their owner is dead', async () => {
    const owner = await lab.launch('stay', { room: 'dead' });
    await lab.reaches(owner, ({ steps }) => steps['stay']?.status === 'waiting', 'its wait');
    const next = await lab.launch('stay', { room: 'dead' });
    await lab.reaches(next, ({ targets }) => targets[0]?.status === 'queued', 'its place in line');
    await lab.client.workflow.getHandle(agentWorkflowId(owner)).terminate('a test');
    await lab.reaches(next, ({ targets }) => targets[0]?.status === 'held', 'the lock', 100_000);
    expect(await owners('room:dead', 'LeaseExpired')).toEqual([owner]);
    await lab.command(next, 'Cancel');
    await lab.ended(next);
  }, 150_000);

  it('are broken only with a reason, on record with who and why, and the owner is paused', async () => {
    const owner = await lab.launch('stay', { room: 'broken' });
    await lab.reaches(owner, ({ steps }) => steps['stay']?.status === 'waiting', 'its wait');
    const next = await lab.launch('stay', { room: 'broken' });
    await lab.reaches(next, ({ targets }) => targets[0]?.status === 'queued', 'its place in line');
    const lock = targetAgentId('room:broken');
    expect(await lab.command(lock, 'Break', {})).toMatchObject({ status: 'rejected', code: 'reason_required' });
    const nobody = { principal: 'eve', roles: ['viewer'], reason: 'because' };
    expect(await lab.command(lock, 'Break', {}, nobody)).toMatchObject({ status: 'rejected', code: 'role_missing' });
    expect((await lab.command(lock, 'Break', {}, { reason: 'it hangs' })).status).toBe('accepted');
    await lab.reaches(owner, ({ status }) => status === 'paused', 'the pause');
    await lab.reaches(next, ({ targets }) => targets[0]?.status === 'held', 'the lock');
    const broken = (await targetEvents('room:broken')).find(({ name }) => name === 'LockBroken');
    expect(broken).toMatchObject({ principal: 'bob', reason: 'it hangs', data: { owner } });
    expect(await lab.eventNames(owner)).toContain('TargetLost');
    for (const run of [owner, next]) {
      await lab.command(run, 'Cancel');
      await lab.ended(run);
    }
  }, 60_000);

  it('of single steps keep two runs from one file, and let the one that waited go on', async () => {
    writeFileSync(join(dir, 'shared'), '');
    const runs = await Promise.all(Array.from({ length: 12 }, (_, i) => lab.launch('write', { text: `text ${i}` })));
    for (const run of runs) expect(await lab.ended(run)).toMatchObject({ status: 'succeeded' });
    const key = `file:${join(dir, 'shared')}`;
    const acquired = await owners(key, 'TargetAcquired');
    expect([...acquired].sort()).toEqual([...runs].sort());
    await until(async () => (await owners(key, 'TargetReleased')).length === 12, 'all releases');
    expect(readFileSync(join(dir, 'shared'), 'utf8')).toMatch(/^text \d+$/);
  }, 90_000);
});
