import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkChain } from '../../actors/core/hash-chain';
import { distDir } from '../../infra/paths';
import { ApiClient, until } from '../_util/api-client';
import { freeze } from '../_util/freeze';
import { startTestStack, TestStack } from '../_util/stack';

jest.setTimeout(240_000);

const waits = `name: waits\nsteps: [{id: one, action: debug.echo, with: {value: 1}}, {id: long, wait: 1h}, {id: two, action: debug.echo, with: {value: 2}}]\n`;
const asks = `
name: asks
targets: ["room:one"]
steps:
  - id: agreed
    approval: {message: "Go on?", roles: [approver]}
    steps: [{id: after, action: debug.echo, with: {value: done}}]
`;
const passphrase = 'correct horse battery staple';

/** A whole installation, backed up while it works, and made again in an empty one. */
describe('backup and restore', () => {
  let old: TestStack;
  let stack: TestStack;
  let dir: string;
  let file: string;
  const agents: Record<string, { sequence: number; hash: string; state: unknown; config: unknown }> = {};
  let paused: string;
  let asked: string;

  const command = (name: 'backup' | 'restore', home: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
    promisify(execFile)(process.execPath, [join(distDir, `${name}.js`), ...args], {
      env: { ...process.env, YMERA_HOME: home, BACKUP_PASSPHRASE: passphrase, ...env },
    }).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, output: error.stderr }),
    );

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-backup-'));
    file = join(dir, 'ymera.backup');
    old = await startTestStack();
  }, 180_000);
  afterAll(async () => {
    await old?.stop();
    await stack?.stop();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  it('takes a running installation into one sealed file', async () => {
    const api = await ApiClient.login(old.file);
    await api.call('POST', 'users', { username: 'ada', roles: ['approver'], password: 'a long enough pass phrase' });
    for (const source of [waits, asks]) expect((await api.call('POST', 'runbooks', { source })).status).toBe(201);
    await api.flagsAgent('shop');
    for (let i = 0; i < 60; i += 1) await api.setFlag('shop', `flag-${i % 5}`, i);
    await api.call('POST', 'agents/shop/config', { checkpoint_interval: 30, max_flags: 100 });
    await api.flagsAgent('gone');
    await api.call('DELETE', 'agents/gone');
    const web = { targets: [{ name: 'self', probe: { type: 'http', url: `${old.file.api}/healthz` }, interval: 1 }] };
    expect((await api.call('POST', 'agents', { kind: 'devops', id: 'web', config: web })).status).toBe(201);
    const run = async (runbook: string): Promise<string> =>
      (await api.call('POST', 'runs', { runbook })).body.id as string;
    await api.call('POST', 'schedules', { id: 'nightly', runbook: 'waits', cron: ['0 3 * * *'], note: 'at night' });
    asked = await run('asks');
    await until(
      async () => (await api.call('GET', `approvals?run=${asked}`)).body.approvals.length === 1,
      'the approval',
    );
    paused = await run('waits');
    await until(async () => (await api.call('GET', `runs/${paused}`)).body.phase === 'running', 'the run');

    expect(await command('backup', old.home, [file], { BACKUP_PASSPHRASE: '' })).toMatchObject({ code: 3 });
    // The ledger is further behind than a workflow can carry along, and somebody works on while the backup is made.
    const thaw = freeze(old.reload().pids.projector as number);
    for (let i = 0; i < 100; i += 1) await api.setFlag('shop', 'long', `${i} ${'x'.repeat(4_000)}`);
    let busy = true;
    const work = (async (): Promise<void> => {
      for (let i = 0; busy; i += 1) await api.setFlag('shop', 'busy', i);
    })();
    const backup = await command('backup', old.home, [file]);
    busy = false;
    await work;
    thaw();
    // One line: nothing was left out.
    expect(backup).toEqual({ code: 0, output: expect.stringMatching(/^.+: \d+ records, .+\n$/) });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(file);
    expect(bytes.subarray(0, 18).toString()).toBe('age-encryption.org');
    for (const id of ['web', 'policy']) agents[id] = (await api.call('GET', `agents/${id}`)).body;
    await old.end();
  });

  it('restores nothing from a damaged file, by another passphrase, or over a home that is used', async () => {
    const cut = join(dir, 'cut');
    copyFileSync(file, cut);
    truncateSync(cut, statSync(file).size - 100);
    const home = join(dir, 'nothing');
    expect(await command('restore', home, [cut])).toMatchObject({
      code: 1,
      output: expect.stringContaining('damaged'),
    });
    expect(await command('restore', home, [file], { BACKUP_PASSPHRASE: 'another one of that length' })).toMatchObject({
      code: 3,
    });
    expect(await command('restore', old.home, [file])).toMatchObject({
      code: 3,
      output: expect.stringContaining('not empty'),
    });
  });

  it('makes it again in an empty home, where everything goes on in the same chains', async () => {
    const home = mkdtempSync(join(tmpdir(), 'ymera-stack-'));
    expect(await command('restore', home, [file])).toEqual({
      code: 0,
      output: expect.stringMatching(/^restored as of /),
    });
    stack = new TestStack(home, {});
    await stack.start();
    // The same password, user, and installation.
    expect(stack.file.credentials).toEqual(old.file.credentials);
    const api = await ApiClient.login(stack.file);

    const shop = (await api.call('GET', 'agents/shop')).body;
    expect(shop.sequence).toBeGreaterThan(160);
    await until(async () => (await api.events('shop')).length === shop.sequence, 'all that the ledger had lacked');
    expect(checkChain(await api.events('shop'))).toBeNull();
    expect((await api.setFlag('shop', 'after', true)).status).toBe(200);
    await until(async () => (await api.events('shop')).length === shop.sequence + 1, 'its next record');
    const after = await api.events('shop');
    expect(after.at(-1)).toMatchObject({ sequence: shop.sequence + 1, prevhash: shop.hash });
    for (const id of Object.keys(agents)) {
      const events = await api.events(id);
      expect(checkChain(events)).toBeNull();
      expect(events[(agents[id]?.sequence ?? 0) - 1]?.hash).toBe(agents[id]?.hash);
    }
    // The service that it watches is away: it goes on watching.
    await until(async () => (await api.events('web')).some(({ type }) => type.endsWith('IssueDetected')), 'an issue');
    expect((await api.call('GET', 'agents/gone')).body.status).toBe('stopped');
  });

  it('leaves it to people what becomes of the runs that were open, and keeps schedules', async () => {
    const api = await ApiClient.login(stack.file);
    for (const id of [paused, asked]) {
      await until(async () => (await api.call('GET', `runs/${id}`)).body.status === 'paused', `run ${id} paused`);
    }
    const ada = await ApiClient.login({
      ...stack.file,
      credentials: { username: 'ada', password: 'a long enough pass phrase' },
    });
    const [{ path, planHash }] = (await ada.call('GET', `approvals?run=${asked}`)).body.approvals;
    expect((await ada.call('POST', `runs/${asked}/approvals/${path}`, { answer: 'approve', planHash })).status).toBe(
      200,
    );
    for (const id of [paused, asked]) expect((await api.call('POST', `runs/${id}/resume`, {})).status).toBe(200);
    await api.call('POST', `runs/${paused}/cancel`, { undo: false });
    for (const [id, status] of [
      [paused, 'cancelled'],
      [asked, 'succeeded'],
    ] as const) {
      await until(async () => (await api.call('GET', `runs/${id}`)).body.phase === 'ended', `run ${id}`);
      expect((await api.call('GET', `runs/${id}`)).body.status).toBe(status);
      expect(checkChain(await api.events(id))).toBeNull();
    }
    expect((await api.call('GET', 'schedules/nightly')).body).toMatchObject({ runbook: 'waits', note: 'at night' });
  });

  it('passes the verdicts, but that nobody knows what came after the backup', async () => {
    const api = await ApiClient.login(stack.file);
    for (const id of ['shop', 'web', 'gone', asked, paused]) {
      const place = id === asked || id === paused ? 'runs' : 'agents';
      const { body } = await api.call('POST', `${place}/${id}/verify`);
      const short = Object.fromEntries(
        Object.entries(body.verdicts as Record<string, { verdict: string }>).map(([name, { verdict }]) => [
          name,
          verdict,
        ]),
      );
      const complete = id === 'gone' ? 'pass' : 'not_checkable';
      // With all that it says, where one is another than it should be.
      const told = JSON.stringify(body);
      expect({ id, short, told }).toEqual({
        id,
        told,
        short: { intact: 'pass', complete, attributed: 'pass', replayConsistent: 'pass' },
      });
    }
  });
});
