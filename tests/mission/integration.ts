import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventName } from '../../actors/core/event';
import { distDir } from '../../infra/paths';
import { freePort } from '../../stack/ports';
import { ApiClient, until } from '../_util/api-client';
import type { Category } from './lab';

const service = join(distDir, 'service.js');

const asking = `
name: asking
steps:
  - id: agreed
    approval: {message: "May I?", roles: [admin, approver], timeout: 10m}
    steps:
      - {id: say, action: shell.run, with: {argv: [echo, "it was agreed"], effect: read}}
`;

export const integration: Category = (lab) => {
  it('watches a real service, tells that it died, brings it back, and tells that too', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ymera-mission-'));
    const [port, pidFile, id] = [await freePort(), join(dir, 'pid'), lab().name('watching')];
    const pid = (): number => Number(readFileSync(pidFile, 'utf8'));
    try {
      spawn(process.execPath, [service, 'serve', `${port}`, pidFile], { detached: true, stdio: 'ignore' }).unref();
      const url = `http://127.0.0.1:${port}/`;
      const answers = () =>
        fetch(url)
          .then(({ ok }) => ok)
          .catch(() => false);
      await until(answers, 'the service');
      const remediation = { command: 'restart', attempts: 2, backoff: 0.5, cooldown: 3, settle: 8 };
      const target = { name: 'web', probe: { type: 'http', url }, interval: 0.2, failing_after: 2, remediation };
      const restart = { argv: [process.execPath, service, 'restart', `${port}`, pidFile] };
      const config = { commands: { restart }, targets: [target] };
      const events = async () =>
        (await lab().api.events(id)).map((event) => `${event.messagetype} ${eventName(event)}`);
      expect((await lab().api.call('POST', 'agents', { kind: 'devops', id, config })).status).toBe(201);
      await until(async () => (await events()).includes('EVENT TargetRecovered'), 'the first probe');
      process.kill(pid(), 'SIGKILL');
      await until(async () => (await events()).includes('RESPONSE RemediationCompleted'), 'the remediation');
      expect(await events()).toContain('NOTIFICATION IssueDetected');
      expect(await answers()).toBe(true);
      await lab().api.call('DELETE', `agents/${id}`);
    } finally {
      process.kill(pid(), 'SIGKILL');
      rmSync(dir, { recursive: true });
    }
  });

  it('does once what is asked twice under one Idempotency-Key', async () => {
    const id = await lab().flags('once-only');
    const answers = await Promise.all([1, 2, 3].map(() => lab().api.setFlag(id, 'a', 1, `key-of-${id}`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await lab().api.events(id)).toHaveLength(2);
  });

  it('lets a run wait for somebody else to agree, and carries out just that', async () => {
    await lab().api.call('POST', 'runbooks', { source: asking });
    const password = 'a long passphrase of a test';
    const username = lab().name('approver');
    await lab().api.call('POST', 'users', { username, password, roles: ['approver'] });
    const other = await ApiClient.login({ ...lab().stack.file, credentials: { username, password } });
    const { body: run } = await lab().api.call('POST', 'runs', { runbook: 'asking' });
    const waiting = async () => (await lab().api.call('GET', 'approvals')).body.approvals as Record<string, string>[];
    await until(async () => (await waiting()).some(({ run: asked }) => asked === run.id), 'the question');
    const asked = (await waiting()).find(({ run: of }) => of === run.id) as Record<string, string>;
    const answer = { answer: 'approve', planHash: asked['planHash'] };
    expect((await lab().api.call('POST', `runs/${run.id}/approvals/agreed`, answer)).status).toBe(403);
    expect((await other.call('POST', `runs/${run.id}/approvals/agreed`, answer)).status).toBe(200);
    const shown = async () => (await lab().api.call('GET', `runs/${run.id}`)).body;
    await until(async () => (await shown()).phase === 'ended', 'the end');
    expect((await shown()).status).toBe('succeeded');
  });

  it('shows any moment of an agent, and what lies between two of them', async () => {
    const id = await lab().flags('moments');
    for (const value of ['one', 'two', 'three']) await lab().set(id, 'a', value);
    const state = async (at: number) => (await lab().api.call('GET', `agents/${id}/state?at=${at}`)).body.state;
    expect([await state(1), await state(3)]).toEqual([{ flags: {} }, { flags: { a: 'two' } }]);
    const { body } = await lab().api.call('GET', `agents/${id}/diff?from=2&to=4`);
    expect(body.diff).toEqual([{ op: 'replace', path: '/state/flags/a', value: 'three' }]);
  });

  it('pronounces four verdicts on an agent, and exports what a machine without a server can check', async () => {
    const id = await lab().flags('evidence');
    await lab().set(id, 'a', 1);
    const { status, body } = await lab().api.call('POST', `agents/${id}/verify`);
    expect(status).toBe(200);
    const found = Object.entries(body.verdicts as Record<string, { verdict: string }>);
    const verdicts = found.map(([name, { verdict }]) => `${name}: ${verdict}`);
    expect(verdicts).toHaveLength(4);
    expect(verdicts.filter((verdict) => verdict.endsWith('fail'))).toEqual([]);
    const bundle = await fetch(`${lab().stack.file.api}/api/v1/agents/${id}/export`, {
      headers: { authorization: `Bearer ${lab().api.token}` },
    });
    const file = join(lab().stack.home, `${id}.zip`);
    writeFileSync(file, Buffer.from(await bundle.arrayBuffer()));
    const { stdout } = await promisify(execFile)(process.execPath, [join(distDir, 'ymera-verify.js'), file]);
    expect(stdout).toContain('nothing speaks against it');
  });

  it('puts on record who was denied what', async () => {
    const [username, password] = [lab().name('viewer'), 'a long passphrase of a test'];
    await lab().api.call('POST', 'users', { username, password, roles: ['viewer'] });
    const viewer = await ApiClient.login({ ...lab().stack.file, credentials: { username, password } });
    expect((await viewer.call('POST', 'agents', { kind: 'flags', id: lab().name('never') })).status).toBe(403);
    const denials = async () =>
      (await lab().api.events('edge'))
        .filter((event) => eventName(event) === 'AccessDenied')
        .map((event) => event.principal);
    await until(async () => (await denials()).includes(username), 'the denial on record');
  });

  it('tells what it is, how long it has been so, and how much it has to do', async () => {
    const { status, body } = await lab().api.call('GET', 'system/info');
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: expect.any(String) as string });
    expect(body.agents ?? body.counts).toBeDefined();
    expect((await (await lab().stranger()('/readyz')).json()) as object).toMatchObject({ status: 'ok' });
  });
};
