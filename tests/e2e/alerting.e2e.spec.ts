import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testServer, type TestServer } from '../../activities/_util/http-server';
import { eventName, type EventRecord } from '../../actors/core/event';
import { freePort } from '../../stack/ports';
import { ApiClient, until } from '../_util/api-client';
import { startAlertmanager, startPrometheus, type Monitor } from '../_util/monitoring';
import { startTestStack, type TestStack } from '../_util/stack';
import { describeWithTools } from '../_util/tools';

type Shown = { status: string; steps: { path: string; status: string }[] };
const secret = 'what Alertmanager was told';

/** A real Prometheus and a real Alertmanager: a query that is watched, alerts that go out, and alerts that come in. */
describeWithTools(['prometheus', 'alertmanager'], 'alerting', (files) => {
  let stack: TestStack;
  let api: ApiClient;
  let dir: string;
  let service: TestServer;
  let prometheus: Monitor;
  let alertmanager: Monitor;
  let pagerPort: number;
  let queued = 0;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-alerting-'));
    stack = await startTestStack();
    mkdirSync(join(stack.home, 'secrets'), { recursive: true, mode: 0o700 });
    writeFileSync(join(stack.home, 'secrets', 'alerts'), secret, { mode: 0o600 });
    writeFileSync(join(stack.home, 'secrets', 'pager'), 'pager-token', { mode: 0o600 });
    api = await ApiClient.login(stack.reload());
    pagerPort = await freePort();
    service = await testServer((_, response) => response.end(`mail_queue{host="mx1"} ${queued}\n`));
    const to = `${api.origin}/api/v1/hooks/alerts`;
    alertmanager = await startAlertmanager(files.alertmanager, dir, {
      route: {
        receiver: 'nobody',
        group_by: ['alertname'],
        group_wait: '0s',
        group_interval: '1s',
        routes: [{ receiver: 'ymera', match: { alertname: 'QueueFull' } }],
      },
      receivers: [
        { name: 'nobody' },
        { name: 'ymera', webhook_configs: [{ url: to, http_config: { bearer_token: secret } }] },
      ],
    });
    writeFileSync(
      join(dir, 'rules.yml'),
      JSON.stringify({
        groups: [
          {
            name: 'mail',
            rules: [
              {
                alert: 'QueueFull',
                expr: 'mail_queue > 10',
                labels: { service: 'mail' },
                annotations: { summary: 'too much' },
              },
            ],
          },
        ],
      }),
    );
    prometheus = await startPrometheus(files.prometheus, dir, {
      rule_files: [join(dir, 'rules.yml')],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }] },
      scrape_configs: [{ job_name: 'mail', static_configs: [{ targets: [new URL(service.url).host] }] }],
    });
    const answer = async () => (await fetch(`${prometheus.url}/api/v1/query?query=mail_queue`)).text();
    await until(async () => (await answer()).includes('mx1'), 'the first scrape', 20_000);
  }, 150_000);
  afterAll(async () => {
    await Promise.allSettled([prometheus?.end(), alertmanager?.end(), service?.end()]);
    await stack.stop();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const named = async (name: string): Promise<EventRecord<Record<string, unknown>>[]> =>
    ((await api.events('mail')) as EventRecord<Record<string, unknown>>[]).filter((event) => eventName(event) === name);
  const of = async (name: string, target: string) =>
    (await named(name)).filter(({ data }) => data['target'] === target);
  const atAlertmanager = async (): Promise<{ labels: Record<string, string> }[]> => {
    const filter = encodeURIComponent('alertname="YmeraIssue"');
    const response = await fetch(`${alertmanager.url}/api/v2/alerts?active=true&filter=${filter}`);
    return (await response.json()) as { labels: Record<string, string> }[];
  };

  it('watches a query, tells Alertmanager and a pager that was away, and ends with the alerts of others only what is pending', async () => {
    const go = join(dir, 'go');
    const wait = `const fs=require('fs');const t=setInterval(()=>fs.existsSync(${JSON.stringify(go)})&&clearInterval(t),50)`;
    const source = JSON.stringify({
      name: 'flush-mail',
      steps: [
        { id: 'under_way', action: 'shell.run', with: { argv: [process.execPath, '-e', wait] } },
        { id: 'pending', action: 'debug.echo', with: { value: 1 } },
      ],
    });
    expect((await api.call('POST', 'runbooks', { source })).status).toBe(201);
    const hook = { id: 'alerts', form: 'alertmanager', agent: 'mail', secret: 'secret://alerts' };
    expect((await api.call('POST', 'hooks', { ...hook, runbook: 'flush-mail' })).body.code).toBe('invalid_hook');
    expect((await api.call('POST', 'hooks', hook)).body).toMatchObject({ agent: 'mail', runbook: null });
    const pager = {
      type: 'webhook',
      url: `http://127.0.0.1:${pagerPort}/`,
      headers: { authorization: 'Bearer secret://pager' },
    };
    const made = await api.call('POST', 'agents', {
      kind: 'devops',
      id: 'mail',
      config: {
        targets: [
          {
            name: 'queue',
            probe: { type: 'prometheus', url: prometheus.url, query: 'mail_queue', threshold: 10 },
            interval: 0.3,
            failing_for: 1,
            severity: 'warning',
            labels: { team: 'post' },
          },
          {
            name: 'service',
            probe: { type: 'alerts', labels: { service: 'mail' } },
            remediation: { runbook: 'flush-mail' },
          },
        ],
        alerting: {
          receivers: { am: { type: 'alertmanager', url: alertmanager.url, refresh: 1 }, pager },
          routes: [{ receivers: ['am', 'pager'], labels: { team: 'post' } }],
        },
      },
    });
    expect(made.status).toBe(201);
    await until(async () => (await of('TargetRecovered', 'queue')).length === 1, 'the first answer', 20_000);

    queued = 50;
    await until(async () => (await of('IssueDetected', 'queue')).length === 1, 'what the query says', 20_000);
    expect((await of('IssueDetected', 'queue'))[0]?.data).toMatchObject({
      error: expect.stringMatching(/host="mx1".* is 50, above 10/) as string,
      severity: 'warning',
      receivers: ['am', 'pager'],
    });
    await until(async () => (await atAlertmanager()).length === 1, 'the alert at Alertmanager', 20_000);
    expect((await atAlertmanager())[0]?.labels).toMatchObject({
      target: 'queue',
      severity: 'warning',
      team: 'post',
      agent: 'mail',
    });

    await until(
      async () => (await of('RemediationStarted', 'service')).length === 1,
      'the alert of Prometheus',
      20_000,
    );
    expect((await of('IssueDetected', 'service'))[0]).toMatchObject({
      principal: 'hook:alerts',
      data: { error: 'QueueFull: too much', issue: expect.stringMatching(/^service-/) as string },
    });
    const runs = async () => (await api.call('GET', 'runs?runbook=flush-mail')).body.runs as { id: string }[];
    await until(async () => (await runs()).length === 1, 'its run', 20_000);
    const run = (await runs())[0]?.id;
    const stateOf = async () => {
      const { status, steps } = (await api.call('GET', `runs/${run}`)).body as Shown;
      return { status, steps: Object.fromEntries(steps.map((step) => [step.path, step.status])) };
    };
    await until(async () => (await stateOf()).steps['under_way'] === 'running', 'the first step', 20_000);

    const issue = (await of('IssueDetected', 'queue'))[0]?.data['issue'];
    const acknowledge = { type: 'AcknowledgeIssue', data: { issue }, reason: 'I flush it' };
    expect((await api.call('POST', 'agents/mail/commands', acknowledge)).status).toBe(200);

    queued = 0;
    await until(async () => (await of('TargetRecovered', 'service')).length === 1, 'the end of the alert', 30_000);
    expect((await stateOf()).steps['under_way']).toBe('running');
    writeFileSync(go, '');
    await until(async () => (await stateOf()).status === 'cancelled', 'the end of the run', 20_000);
    expect((await stateOf()).steps).toEqual({ under_way: 'succeeded' });
    await until(
      async () => (await of('RemediationCompleted', 'service'))[0]?.data['outcome'] === 'recovered',
      'what it came to',
    );

    // The pager has been away all the time.
    const told: { key: string; status: string; auth: string | undefined }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        const { status } = JSON.parse(body) as { status: string };
        told.push({ key: String(request.headers['idempotency-key']), status, auth: request.headers.authorization });
        response.end();
      });
    }).listen(pagerPort, '127.0.0.1');
    const delivered = async () => (await named('AlertDelivered')).filter(({ data }) => data['receiver'] === 'pager');
    await until(async () => (await delivered()).length === 3, 'all that the pager has missed', 60_000);
    expect(told.map(({ status }) => status)).toEqual(['firing', 'acknowledged', 'resolved']);
    expect(new Set(told.map(({ key }) => key)).size).toBe(3);
    expect(told.every(({ auth }) => auth === 'Bearer pager-token')).toBe(true);
    await until(async () => (await atAlertmanager()).length === 0, 'nothing left at Alertmanager', 20_000);
    server.close();
    expect((await api.call('DELETE', 'agents/mail')).status).toBe(200);
  }, 240_000);
});
