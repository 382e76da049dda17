import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { eventName } from '../../actors/core/event';
import { checkChain } from '../../actors/core/hash-chain';
import { distDir } from '../../infra/paths';
import { ApiClient, until } from '../_util/api-client';
import { readStream } from '../_util/stream';
import { freePort } from '../../stack/ports';
import { startTestStack, type TestStack } from '../_util/stack';

/** From one command to the remediation of something real, and its trace in every place that must have it. */
describe('a devops agent', () => {
  const script = join(distDir, 'service.js');
  let stack: TestStack;
  let api: ApiClient;
  let dir: string;
  let pidFile: string;
  let port: number;

  beforeAll(async () => {
    stack = await startTestStack();
    api = await ApiClient.login(stack.reload());
    dir = await mkdtemp(join(tmpdir(), 'ymera-service-'));
    pidFile = join(dir, 'pid');
    port = await freePort();
    spawn(process.execPath, [script, 'serve', `${port}`, pidFile], { detached: true, stdio: 'ignore' }).unref();
    await until(answers, 'the service');
  }, 120_000);

  afterAll(async () => {
    process.kill(await servicePid(), 'SIGKILL');
    await rm(dir, { recursive: true, force: true });
    await stack.stop();
  }, 60_000);

  const servicePid = async () => Number(await readFile(pidFile, 'utf8'));
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/`).then(
      (r) => r.ok,
      () => false,
    );

  const remediation = { command: 'restart', attempts: 2, backoff: 0.5, cooldown: 3, settle: 8 };
  const config = (argv: string[]) => ({
    checkpoint_interval: 10,
    commands: { restart: { argv } },
    targets: [
      {
        name: 'web',
        probe: { type: 'http', url: `http://127.0.0.1:${port}/` },
        interval: 0.2,
        failing_after: 2,
        remediation,
      },
    ],
  });

  it('watches a real service, sees it die, and brings it back', async () => {
    const { frames, socket } = await api.follow({ agents: ['web-1'], types: [] });
    const seen = (name: string) => frames.some(({ event }) => event && eventName(event) === name);
    const restart = [process.execPath, script, 'restart', `${port}`, pidFile];
    const made = await api.call('POST', 'agents', { kind: 'devops', id: 'web-1', config: config(restart) });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe('/api/v1/agents/web-1');
    await until(() => seen('TargetRecovered'), 'the first probe');
    const killed = await servicePid();
    process.kill(killed, 'SIGKILL');
    await until(() => seen('RemediationCompleted'), 'the remediation');
    expect(await answers()).toBe(true);
    expect(await servicePid()).not.toBe(killed);
    await until(
      () => frames.filter(({ event }) => event && eventName(event) === 'TargetRecovered').length === 2,
      'the recovery',
    );
    socket.close();
  }, 60_000);

  it('has every step as one chained event, on the stream, in the ledger, in Redis and on the socket alike', async () => {
    const events = await api.events('web-1');
    expect(checkChain(events)).toBeNull();
    const names = events.map(eventName);
    expect(names.slice(0, 3)).toEqual(['AgentCreated', 'TargetRecovered', 'IssueDetected']);
    expect(names).toEqual(
      expect.arrayContaining(['RemediationStarted', 'RemediationAttempted', 'RemediationCompleted']),
    );
    const by = (name: string) => events.find((event) => eventName(event) === name);
    expect(by('AgentCreated')).toMatchObject({ principal: 'admin', messagetype: 'EVENT' });
    expect(by('IssueDetected')).toMatchObject({ principal: 'system:watch', messagetype: 'NOTIFICATION' });
    expect(by('RemediationCompleted')).toMatchObject({
      messagetype: 'RESPONSE',
      data: { target: 'web', outcome: 'recovered', attempts: 1, durationMs: expect.any(Number) },
    });

    const { nats, redis, postgres } = stack.reload();
    const onStream = (await readStream(nats)).filter(({ record }) => record.source === '/agents/web-1');
    expect(onStream.map(({ record }) => record)).toEqual(events);
    for (const { subject, msgId, record } of onStream) {
      expect(subject).toBe(`AGENT_MESSAGES.devops.web-1.${record.messagetype}`);
      expect(msgId).toBe(record.id);
    }

    const ledger = new Client({ connectionString: postgres });
    await ledger.connect();
    const { rows } = await ledger.query<{ n: string }>("select count(*) as n from events where agent_id = 'web-1'");
    await ledger.end();
    expect(Number(rows[0]?.n)).toBe(events.length);

    const mirror = new Redis(redis);
    const last = events.at(-1);
    const checkpoint = async () =>
      JSON.parse((await mirror.get('agent:checkpoint:web-1')) ?? '{}') as Record<string, unknown>;
    await until(async () => (await checkpoint())['sequence'] === last?.sequence, 'the checkpoint', 20_000);
    expect(await checkpoint()).toMatchObject({
      agent_id: 'web-1',
      kind: 'devops',
      config_version: 1,
      hash: last?.hash,
      custom_state: { failing: [] },
      run_id: expect.any(String),
      checkpoint_time: expect.any(String),
      state: { targets: { web: { health: { status: 'healthy' } } } },
    });
    await mirror.quit();
  }, 60_000);

  it('escalates when the last attempt failed, says so, and tries nothing before the cooldown', async () => {
    const useless = config([process.execPath, '-e', 'process.exit(3)']);
    await api.call('POST', 'agents', {
      kind: 'devops',
      id: 'web-2',
      config: { ...useless, targets: [{ ...useless.targets[0], remediation: { ...remediation, settle: 0.3 } }] },
    });
    const names = async () => (await api.events('web-2')).map(eventName);
    await until(async () => (await names()).includes('TargetRecovered'), 'the first probe');
    // The first agent would bring it back.
    await api.call('DELETE', 'agents/web-1');
    process.kill(await servicePid(), 'SIGKILL');
    await until(async () => (await names()).includes('IssueEscalated'), 'the escalation');
    const attempts = async () => (await names()).filter((name) => name === 'RemediationAttempted').length;
    expect(await attempts()).toBe(2);
    const escalated = (await api.events('web-2')).find((event) => eventName(event) === 'IssueEscalated');
    expect(escalated).toMatchObject({ messagetype: 'NOTIFICATION', data: { attempts: 2 } });
    await until(async () => (await attempts()) > 2, 'the next try');
    const third = (await api.events('web-2')).filter((event) => eventName(event) === 'RemediationStarted')[2];
    const notBefore = (escalated?.data as { notBefore: string }).notBefore;
    expect(Date.parse(third?.time ?? '')).toBeGreaterThanOrEqual(Date.parse(notBefore));
    expect((await api.call('DELETE', 'agents/web-2')).body.status).toBe('stopped');
    spawn(process.execPath, [script, 'serve', `${port}`, pidFile], { detached: true, stdio: 'ignore' }).unref();
    await until(answers, 'the service');
  }, 90_000);
});
