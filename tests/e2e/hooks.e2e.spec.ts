import { createHmac } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient, until } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';

const key = 'what GitHub was told';

/** Signed deliveries as GitHub and Alertmanager send them. */
describe('hooks', () => {
  let stack: TestStack;
  let api: ApiClient;

  beforeAll(async () => {
    stack = await startTestStack();
    mkdirSync(join(stack.home, 'secrets'), { recursive: true, mode: 0o700 });
    writeFileSync(join(stack.home, 'secrets', 'key'), key, { mode: 0o600 });
    api = await ApiClient.login(stack.reload());
    const source = `name: note\ninput: {text: {type: string}}\nsteps: [{id: note, action: debug.echo, with: {value: "\${{ input.text }}"}}]`;
    expect((await api.call('POST', 'runbooks', { source })).status).toBe(201);
  }, 120_000);
  afterAll(() => stack.stop(), 60_000);

  const send = async (hook: string, body: string, headers: Record<string, string>) => {
    const response = await fetch(`${api.origin}/api/v1/hooks/${hook}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: response.status, body: (await response.json()) as { run?: string | null; code?: string } };
  };
  const github = (delivery: string, body: string, event = 'push', secret = key) =>
    send('pushes', body, {
      'x-github-event': event,
      'x-github-delivery': delivery,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    });

  it('makes exactly 400 runs of 500 deliveries with 100 duplicates', async () => {
    const made = await api.call('POST', 'hooks', {
      id: 'pushes',
      runbook: 'note',
      form: 'github',
      secret: 'secret://key',
      filter: "event.ref == 'refs/heads/main'",
      input: { text: '${{ event.ref }} ${{ event.number }}' },
    });
    expect(made.status).toBe(201);
    const body = (i: number): string => JSON.stringify({ ref: 'refs/heads/main', number: i });
    const deliveries = [...Array.from({ length: 400 }, (_, i) => i), ...Array.from({ length: 100 }, (_, i) => i * 4)];
    const answers: { status: number; run: string | null | undefined; number: number }[] = [];
    const queue = deliveries.sort((a, b) => ((a * 7919) % 400) - ((b * 7919) % 400));
    const sender = async (): Promise<void> => {
      for (let number = queue.pop(); number !== undefined; number = queue.pop()) {
        const { status, body: answer } = await github(`delivery-${number}`, body(number));
        answers.push({ status, run: answer.run, number });
      }
    };
    await Promise.all(Array.from({ length: 25 }, sender));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(400);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
    const runs = new Map(answers.map(({ number, run }) => [number, run]));
    expect(answers.every(({ number, run }) => runs.get(number) === run)).toBe(true);
    expect(new Set(runs.values()).size).toBe(400);
    const succeeded = new Set<string>();
    await until(
      async () => {
        let cursor = '';
        do {
          const page = (await api.call('GET', `runs?runbook=note&status=succeeded&limit=200${cursor}`)).body;
          for (const { id } of page.runs as { id: string }[]) succeeded.add(id);
          cursor = page.next ? `&cursor=${encodeURIComponent(page.next as string)}` : '';
        } while (cursor);
        return succeeded.size === 400;
      },
      '400 runs',
      120_000,
    );
    expect([...succeeded].sort()).toEqual([...(runs.values() as Iterable<string>)].sort());
  }, 240_000);

  it('refuses what is not signed, and starts nothing for what it does not want', async () => {
    const body = JSON.stringify({ ref: 'refs/heads/other', number: 1 });
    expect((await github('x1', body, 'push', 'another secret')).body.code).toBe('invalid_signature');
    expect(await github('x2', body)).toMatchObject({ status: 200, body: { run: null } });
    expect(await github('x3', '{}', 'ping')).toMatchObject({ status: 200, body: { run: null } });
    expect(await github('x4', '{"no json')).toMatchObject({ status: 400, body: { code: 'malformed_json' } });
    expect((await api.call('POST', 'hooks/pushes/disable')).body.enabled).toBe(false);
    expect((await github('x5', body)).body.code).toBe('hook_disabled');
  });

  it('begins one run for each time that an alert group begins to fire', async () => {
    const hook = { id: 'alerts', runbook: 'note', form: 'alertmanager', secret: 'secret://key' };
    await api.call('POST', 'hooks', { ...hook, input: { text: '${{ alert.labels.alertname }}' } });
    const group = (status: string, startsAt: string): string =>
      JSON.stringify({
        version: '4',
        groupKey: '{}:{alertname="Down"}',
        status,
        alerts: [{ status, labels: { alertname: 'Down' }, startsAt, endsAt: '0001-01-01T00:00:00Z' }],
      });
    const auth = { authorization: `Bearer ${key}` };
    const first = await send('alerts', group('firing', '2026-11-24T01:00:00Z'), auth);
    expect(first.status).toBe(202);
    const again = await send('alerts', group('firing', '2026-11-24T01:00:00Z'), auth);
    expect(again).toMatchObject({ status: 200, body: { run: first.body.run } });
    expect((await send('alerts', group('resolved', '2026-11-24T01:00:00Z'), auth)).body.run).toBeNull();
    expect((await send('alerts', group('firing', '2026-11-24T02:00:00Z'), auth)).status).toBe(202);
    expect((await send('alerts', group('firing', '2026-11-24T03:00:00Z'), { authorization: 'Bearer x' })).status).toBe(
      401,
    );
  });
});
