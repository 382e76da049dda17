import { createHmac } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { checkChain } from '../../actors/core/hash-chain';
import { ApiClient, until, type Answer } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';

const greeting = `
name: greeting
description: Greets everybody, and asks before it shouts.
input:
  name: {type: string, pattern: "^[a-z]+$"}
  loud: {type: boolean, default: false}
targets: ["person:\${{ input.name }}"]
steps:
  - id: say
    action: shell.run
    with: {argv: [echo, "hello \${{ input.name }}"], effect: read}
  - id: may_shout
    if: input.loud
    approval: {message: "May I shout?", roles: [admin], timeout: 10m}
    steps:
      - id: shout
        action: debug.echo
        with: {value: "HELLO"}
output:
  said: "\${{ steps.say.output.stdout }}"
`;

type Shown = Record<string, string>;

/** Runs as people have them: over HTTP and the socket. */
describe('runs over the API', () => {
  let stack: TestStack;
  let api: ApiClient;
  let run: string;

  beforeAll(async () => {
    stack = await startTestStack();
    mkdirSync(join(stack.home, 'secrets'), { recursive: true, mode: 0o700 });
    writeFileSync(join(stack.home, 'secrets', 'hook-key'), 'a key that only the sender knows\n', { mode: 0o600 });
    api = await ApiClient.login(stack.reload());
  }, 120_000);
  afterAll(() => stack.stop(), 60_000);

  const ended = async (id: string): Promise<Answer['body']> => {
    let body: Answer['body'];
    await until(async () => {
      body = (await api.call('GET', `runs/${id}`)).body;
      return body.phase === 'ended';
    }, `run ${id}`);
    return body;
  };

  it('takes a runbook, and says with line and path what is wrong with one', async () => {
    const bad = await api.call('POST', 'runbooks', { source: greeting.replace('shell.run', 'shell.walk') });
    expect(bad.status).toBe(422);
    expect(bad.body).toMatchObject({
      code: 'invalid_runbook',
      errors: [{ pointer: '/steps/0/action', line: 10, message: expect.stringContaining('shell.walk') }],
    });
    const saved = await api.raw('POST', '/api/v1/runbooks', {
      body: greeting,
      headers: { 'content-type': 'application/yaml' },
    });
    expect(saved).toMatchObject({ status: 201, body: { name: 'greeting', version: 1, created: true } });
    expect((await api.call('POST', 'runbooks', { source: greeting })).status).toBe(200);
    const louder = greeting.replace('hello', 'good morning');
    expect((await api.call('POST', 'runbooks', { source: louder })).body).toMatchObject({ version: 2 });
    expect((await api.call('GET', 'runbooks/greeting/versions')).body.versions).toHaveLength(2);
    const { body } = await api.call('GET', 'runbooks/greeting/diff?from=1&to=2');
    expect(JSON.stringify(body)).toContain('good morning');
    expect((await api.call('GET', 'runbooks/remediate-target')).body.createdBy).toBe('system:shipped');
  });

  it('shows what a run would do, and does nothing', async () => {
    const { status, body } = await api.call('POST', 'runs', {
      runbook: 'greeting',
      input: { name: 'ada', loud: true },
      dry_run: true,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      veto: null,
      targets: ['person:ada'],
      planHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(body.steps.map(({ path, kind }: Shown) => [path, kind])).toEqual([
      ['say', 'action'],
      ['may_shout', 'approval'],
    ]);
    expect((await api.call('GET', 'runs')).body.runs).toEqual([]);
  });

  it('runs one version, and refuses input that the runbook does not declare', async () => {
    const wrong = await api.call('POST', 'runs', { runbook: 'greeting', input: { name: 'ADA', more: 1 } });
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors.map(({ pointer }: Shown) => pointer).sort()).toEqual(['/more', '/name']);
    expect((await api.call('POST', 'runs', { runbook: 'nothing' })).status).toBe(404);
    const order = { runbook: 'greeting', version: 1, input: { name: 'ada' }, reason: 'to see it run' };
    const begun = await api.call('POST', 'runs', order, { 'idempotency-key': 'first' });
    expect(begun.status).toBe(201);
    run = begun.body.id as string;
    expect(begun.headers.get('location')).toBe(`/api/v1/runs/${run}`);
    const again = await api.call('POST', 'runs', order, { 'idempotency-key': 'first' });
    expect(again).toMatchObject({ status: 201, body: { id: run } });
    const body = await ended(run);
    expect(body).toMatchObject({
      status: 'succeeded',
      runbook: { name: 'greeting', version: 1 },
      startedBy: 'admin',
      output: { said: 'hello ada\n' },
    });
    expect(body['steps'].map(({ path, status }: Shown) => [path, status])).toEqual([
      ['say', 'succeeded'],
      ['may_shout', 'skipped'],
    ]);
  });

  it('has its record in the same chain and ledger as agents, and its logs without a gap', async () => {
    const events = await api.events(run);
    expect(checkChain(events)).toBeNull();
    expect(events[0]).toMatchObject({ source: `/agents/${run}`, principal: 'admin', reason: 'to see it run' });
    const ledger = new Client({ connectionString: stack.reload().postgres });
    await ledger.connect();
    await until(async () => {
      const { rows } = await ledger.query<{ n: string }>('select count(*) as n from events where agent_id = $1', [run]);
      return Number(rows[0]?.n) === events.length;
    }, 'the ledger');
    await ledger.end();
    expect((await api.call('GET', `runs/${run}/logs`)).body.lines).toMatchObject([{ position: 1, text: 'hello ada' }]);
    const followed = await api.call('GET', `runs/${run}/logs?follow=true`);
    expect(JSON.parse(followed.body.trim())).toMatchObject({ position: 1, path: 'say', stream: 'stdout' });
    const past = await api.call('GET', `agents/${run}/state?at=2`);
    expect(past.body.state).toMatchObject({ phase: 'starting' });
    await until(async () => (await api.call('GET', 'runs?runbook=greeting')).body.runs.length === 1, 'the list');
  });

  it('asks, refuses the one who asked for the run, and is ended by another command', async () => {
    const begun = await api.call('POST', 'runs', { runbook: 'greeting', input: { name: 'eve', loud: true } });
    const id = begun.body.id as string;
    await until(async () => (await api.call('GET', `approvals?run=${id}`)).body.approvals.length === 1, 'the inbox');
    const [asked] = (await api.call('GET', `approvals?run=${id}`)).body.approvals;
    expect(asked).toMatchObject({ path: 'may_shout', message: 'May I shout?', status: 'pending' });
    const answer = await api.call('POST', `runs/${id}/approvals/may_shout`, {
      answer: 'approve',
      planHash: asked.planHash,
    });
    expect(answer).toMatchObject({ status: 403, body: { code: 'self_approval' } });
    const direct = await api.call('POST', `agents/${id}/commands`, {
      type: 'Approve',
      data: { step: 'may_shout', planHash: asked.planHash },
    });
    expect(direct).toMatchObject({ status: 403, body: { code: 'self_approval' } });
    const held = (await api.call('GET', 'locks?held=true')).body.locks;
    expect(held).toMatchObject([{ key: 'person:eve', holders: [{ owner: id }] }]);
    expect((await api.call('POST', `runs/${id}/cancel`, { reason: 'enough' })).status).toBe(200);
    expect(await ended(id)).toMatchObject({ status: 'cancelled' });
    const refused = (await api.events(id)).filter(({ type }) => type === 'ymera.run.ApprovalRefused');
    expect(refused.map(({ data }) => (data as { code: string }).code)).toEqual(['self_approval', 'self_approval']);
    expect((await api.call('POST', `runs/${id}/pause`, {})).body.code).toBe('run_ended');
    const retried = await api.call('POST', `runs/${id}/retry`, { skip: [{ step: 'may_shout', reason: 'no need' }] });
    expect(retried.status).toBe(201);
    expect(await ended(retried.body.id as string)).toMatchObject({
      status: 'succeeded',
      lineage: { type: 'retry', of: id },
    });
  });

  it('breaks a lock only with a reason, and says who did', async () => {
    const begun = await api.call('POST', 'runs', { runbook: 'greeting', input: { name: 'bob', loud: true } });
    const id = begun.body.id as string;
    await until(async () => (await api.call('GET', `approvals?run=${id}`)).body.approvals.length === 1, 'the inbox');
    expect((await api.call('POST', 'locks/break', { key: 'person:bob' })).status).toBe(422);
    expect((await api.call('POST', 'locks/break', { key: 'person:none', reason: 'x' })).status).toBe(404);
    const broken = await api.call('POST', 'locks/break', { key: 'person:bob', reason: 'it hangs' });
    expect(broken.body.events[0]).toMatchObject({ principal: 'admin', reason: 'it hangs' });
    await until(async () => (await api.call('GET', `runs/${id}`)).body.status === 'paused', 'the pause');
    await api.call('POST', `runs/${id}/cancel`, {});
    expect(await ended(id)).toMatchObject({ status: 'cancelled' });
  });

  it('takes signed deliveries, each once', async () => {
    const hook = { id: 'greet', runbook: 'greeting', form: 'generic', secret: 'secret://hook-key' };
    const made = await api.call('POST', 'hooks', { ...hook, input: { name: '${{ event.who }}' } });
    expect(made).toMatchObject({ status: 201, body: { secret: 'secret://hook-key', enabled: true } });
    const payload = JSON.stringify({ who: 'zoe' });
    const time = Math.floor(Date.now() / 1000);
    const sign = (body: string, at = time): string =>
      `t=${at},v1=${createHmac('sha256', 'a key that only the sender knows').update(`${at}.${body}`).digest('hex')}`;
    const send = (id: string, body: string, signature: string, delivery = 'd1') =>
      fetch(`${api.origin}/api/v1/hooks/${id}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', 'x-ymera-signature': signature, 'x-ymera-delivery': delivery },
      });
    const first = await send('greet', payload, sign(payload));
    expect(first.status).toBe(202);
    const { run: id } = (await first.json()) as { run: string };
    const second = await send('greet', payload, sign(payload));
    expect([second.status, await second.json()]).toEqual([200, { run: id, duplicate: true }]);
    expect((await send('greet', payload, sign(payload), 'd2')).status).toBe(409);
    expect((await send('greet', `${payload} `, sign(payload))).status).toBe(401);
    expect((await send('greet', payload, sign(payload, time - 900))).status).toBe(401);
    expect((await send('nobody', payload, sign(payload))).status).toBe(401);
    expect((await send('greet', `"${'x'.repeat(5_000_000)}"`, sign(payload))).status).toBe(413);
    expect(await ended(id)).toMatchObject({ status: 'succeeded', output: { said: 'good morning zoe\n' } });
    const metrics = await (await fetch(`${api.origin}/metrics`)).text();
    const counted = (hook: string, outcome: string): number =>
      Number(
        new RegExp(`^ymera_hook_deliveries_total\\{.*hook="${hook}",outcome="${outcome}".*\\} (\\d+)$`, 'm').exec(
          metrics,
        )?.[1],
      );
    const outcomes = ['started', 'duplicate', 'replayed_delivery', 'invalid_signature', 'body_too_large'];
    expect(outcomes.map((outcome) => counted('greet', outcome))).toEqual([1, 1, 1, 2, 1]);
    expect(counted('unknown', 'invalid_signature')).toBe(1);
  }, 60_000);

  it('runs at set times', async () => {
    const bad = await api.call('POST', 'schedules', { id: 'no', runbook: 'greeting', input: {}, cron: ['* * * * *'] });
    expect(bad.body.code).toBe('invalid_input');
    const order = { id: 'often', runbook: 'greeting', input: { name: 'mia' } };
    expect((await api.call('POST', 'schedules', { ...order, cron: ['never'] })).body.code).toBe('invalid_schedule');
    const made = await api.call('POST', 'schedules', { ...order, cron: ['0 3 * * 1'], time_zone: 'Europe/Vienna' });
    expect(made).toMatchObject({ status: 201, body: { timeZone: 'Europe/Vienna', paused: false } });
    expect(made.body.next.length).toBeGreaterThan(0);
    expect((await api.call('POST', 'schedules/often/trigger', {})).status).toBe(200);
    await until(
      async () => (await api.call('GET', 'runs?target=person:mia')).body.runs[0]?.status === 'succeeded',
      'its run',
    );
    const [begun] = (await api.call('GET', 'runs?target=person:mia')).body.runs;
    expect(begun).toMatchObject({ trigger: 'schedule', startedBy: 'admin' });
    expect((await api.call('POST', 'schedules/often/pause', { note: 'holiday' })).body).toMatchObject({
      paused: true,
      note: 'holiday',
    });
    const span = { from: '2026-01-05T00:00:00Z', to: '2026-01-06T00:00:00Z' };
    expect((await api.call('POST', 'schedules/often/backfill', span)).status).toBe(200);
    await until(async () => (await api.call('GET', 'runs?target=person:mia')).body.runs.length === 2, 'the backfill');
    expect((await api.call('DELETE', 'schedules/often')).status).toBe(200);
    expect((await api.call('GET', 'schedules/often')).status).toBe(404);
  }, 60_000);
});
