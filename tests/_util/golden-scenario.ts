import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testServer } from '../../activities/_util/http-server';
import { eventName } from '../../actors/core/event';
import type { StackFile } from '../../stack/stack-file';
import { ApiClient, until, type Answer } from './api-client';

/** The same on every machine: its name gets into histories. */
export const scenarioFolder = '/tmp/ymera-golden';

const password = 'a long enough pass phrase';

const everything = `
name: everything
input: {who: {type: string, default: all}}
targets: ["room:\${{ input.who }}"]
on_failure: undo
steps:
  - {id: say, action: debug.echo, with: {value: "hello \${{ input.who }}"}}
  - {id: left_out, if: "input.who == 'nobody'", action: debug.echo, with: {value: 1}}
  - id: both
    parallel:
      - {id: left, action: shell.run, with: {argv: [echo, left]}}
      - {id: right, wait: 1}
  - id: each
    foreach: {items: [a, b, c], max_parallel: 2}
    steps:
      - {id: one, action: debug.echo, with: {value: "\${{ item }}"}}
  - {id: again, action: shell.run, with: {argv: ["false"]}, retry: {attempts: 2, backoff: 0.2}, continue_on_error: true}
  - id: agreed
    approval: {message: "Go on?", roles: [approver]}
    steps:
      - {id: after, action: debug.echo, with: {value: done}}
  - {id: child, run: little}
verify:
  settle: 0.2
  steps:
    - {id: look, action: debug.echo, with: {value: 1}}
output: {said: "\${{ steps.say.output.value }}"}
`;
const little = `name: little\nsteps: [{id: one, action: debug.echo, with: {value: 1}}]\n`;
const undone = `
name: undone
on_failure: undo
steps:
  - {id: first, action: shell.run, with: {argv: [echo, first]}, undo: {action: shell.run, with: {argv: [echo, back]}}}
  - {id: fails, action: shell.run, with: {argv: ["false"]}}
`;
const waits = `name: waits\nsteps: [{id: long, wait: 1h}, {id: one, action: debug.echo, with: {value: 1}}]\n`;
const asks = `
name: asks
on_failure: ask
steps: [{id: fails, action: shell.run, with: {argv: ["false"]}}]
`;

/** Something of every kind of agent, every companion and every way in which a run may go. */
export async function playScenario(stack: StackFile): Promise<void> {
  rmSync(scenarioFolder, { recursive: true, force: true });
  mkdirSync(scenarioFolder);
  try {
    const admin = await ApiClient.login(stack);
    await ok(admin.call('POST', 'users', { username: 'ada', roles: ['approver'], password }));
    const ada = await ApiClient.login({ ...stack, credentials: { username: 'ada', password } });
    await ok(ApiClient.anonymous(stack).call('POST', 'auth/login', { username: 'ada', password: 'wrong' }), 401);
    for (const source of [everything, little, undone, waits, asks])
      await ok(admin.call('POST', 'runbooks', { source }));
    await playFlags(admin);
    await playRuns(admin, ada);
    await playDevops(admin);
    await playPerformance(admin);
    await ok(admin.call('POST', 'agents/shop/verify'));
  } finally {
    rmSync(scenarioFolder, { recursive: true, force: true });
  }
}

/** More commands than one run takes, refusals, versions of its config, a fork, and its end. */
async function playFlags(api: ApiClient): Promise<void> {
  await api.flagsAgent('shop');
  for (let i = 0; i < 90; i += 1) await ok(api.setFlag('shop', `flag-${i % 7}`, i % 3 === 0 ? i : `value ${i}`));
  await ok(api.call('POST', 'agents/shop/commands', { type: 'RemoveFlag', data: { key: 'flag-1' } }));
  await api.call('POST', 'agents/shop/commands', { type: 'RemoveFlag', data: { key: 'flag-1' } });
  await ok(api.call('POST', 'agents/shop/config', { checkpoint_interval: 30, max_flags: 100 }));
  await ok(api.call('POST', 'agents/shop/config/rollback', { version: 1 }));
  await ok(api.call('POST', 'agents/shop/fork', { at: 20, id: 'shop-fork' }));
  await ok(api.setFlag('shop-fork', 'own', true));
  await ok(api.call('DELETE', 'agents/shop-fork'));
}

async function playRuns(api: ApiClient, approver: ApiClient): Promise<void> {
  await ok(api.call('POST', 'runs', { runbook: 'everything', dry_run: true }));
  const run = async (runbook: string, input: object = {}): Promise<string> =>
    (await ok(api.call('POST', 'runs', { runbook, input }))).body.id as string;
  const first = await run('everything');
  await until(async () => (await api.call('GET', `runs/${first}`)).body.status === 'running', 'the first run');
  // In line behind the first one: both want the same room.
  const second = await run('everything');
  await answer(approver, first, 'approve');
  await ended(api, first);
  await answer(approver, second, 'deny');
  await ended(api, second);
  await ok(api.call('POST', `runs/${second}/retry`, {}));
  const waiting = await run('waits');
  await until(async () => (await api.call('GET', `runs/${waiting}`)).body.status === 'running', 'a run that waits');
  await ok(api.call('POST', `runs/${waiting}/pause`, {}));
  await ok(api.call('POST', `runs/${waiting}/resume`, {}));
  await ok(api.call('POST', `runs/${waiting}/cancel`, { undo: false }));
  await ended(api, waiting);
  await ended(api, await run('undone'));
  const stuck = await run('asks');
  const blocked = async (): Promise<boolean> => (await api.events(stuck)).some((e) => eventName(e) === 'StepBlocked');
  await until(blocked, 'a run that asks what to do');
  await ok(api.call('POST', `runs/${stuck}/steps/fails/skip`, { reason: 'not needed' }));
  await ended(api, stuck);
  await ok(api.call('POST', 'schedules', { id: 'nightly', runbook: 'little', cron: ['0 3 * * *'] }));
  await ok(api.call('POST', 'schedules/nightly/trigger', {}));
  const launched = async (): Promise<boolean> =>
    (await api.call('GET', 'runs?runbook=little&status=succeeded')).body.runs.length >= 2;
  await until(launched, 'the run of a schedule');
}

/** A service that is down and comes back, mended by a command and by a run, a log, and a receiver of alerts. */
async function playDevops(api: ApiClient): Promise<void> {
  let up = true;
  const service = await testServer((_, response) => response.writeHead(up ? 200 : 500).end());
  const log = join(scenarioFolder, 'app.log');
  writeFileSync(log, '');
  const target = (name: string, remediation: object): object => ({
    name,
    probe: { type: 'http', url: service.url },
    interval: 0.3,
    timeout: 1,
    failing_after: 2,
    remediation,
  });
  const config = {
    commands: { restart: { argv: ['true'] } },
    targets: [
      target('by-command', { command: 'restart', attempts: 2, backoff: 1, settle: 5 }),
      target('by-run', { runbook: 'little' }),
    ],
    logs: [
      {
        name: 'app',
        source: { type: 'file', path: log },
        from: 'beginning',
        patterns: [{ name: 'corrupt', pattern: 'checksum mismatch in segment \\d+' }],
      },
    ],
    alerting: { receivers: { page: { type: 'webhook', url: service.url } }, routes: [{ receivers: ['page'] }] },
  };
  await ok(api.call('POST', 'agents', { kind: 'devops', id: 'web', config }));
  const seen = (name: string): Promise<void> =>
    until(async () => (await api.events('web')).some((event) => eventName(event) === name), name, 60_000);
  await seen('TargetRecovered');
  up = false;
  await seen('IssueDetected');
  up = true;
  await seen('RemediationCompleted');
  appendFileSync(log, '2026-11-25T00:00:00Z ERROR checksum mismatch in segment 7\n');
  await seen('LogAnomalyDetected');
  await ok(api.call('POST', 'agents/web/config', { ...config, logs: [], targets: [] }));
  await service.end();
}

async function playPerformance(api: ApiClient): Promise<void> {
  const service = await testServer((_, response) => response.end('ok'));
  const metrics = [{ name: 'latency', better: 'lower', source: { type: 'http', url: service.url } }];
  const config = { metrics, settings: [], every: 0.2, samples: 8, settle: 1, cooldown: 0 };
  await ok(api.call('POST', 'agents', { kind: 'performance', id: 'tuner', config }));
  const taken = async (): Promise<boolean> => (await api.events('tuner')).some((e) => eventName(e) === 'BaselineTaken');
  await until(taken, 'a baseline', 60_000);
  await service.end();
}

async function answer(approver: ApiClient, run: string, answered: 'approve' | 'deny'): Promise<void> {
  const pending = async (): Promise<{ path: string; planHash: string }[]> =>
    (await approver.call('GET', `approvals?run=${run}`)).body.approvals;
  await until(async () => (await pending()).length > 0, 'an approval').catch(async (error: unknown) => {
    throw new Error(`${String(error)} ${JSON.stringify((await approver.call('GET', `runs/${run}`)).body)}`);
  });
  const [{ path, planHash } = { path: '', planHash: '' }] = await pending();
  const body = { answer: answered, ...(answered === 'approve' ? { planHash } : { reason: 'not today' }) };
  await ok(approver.call('POST', `runs/${run}/approvals/${path}`, body));
}

function ended(api: ApiClient, run: string): Promise<void> {
  return until(async () => (await api.call('GET', `runs/${run}`)).body.phase === 'ended', `the end of ${run}`, 60_000);
}

async function ok(asked: Promise<Answer>, ...wanted: number[]): Promise<Answer> {
  const answered = await asked;
  const fine = wanted.length > 0 ? wanted.includes(answered.status) : answered.status < 300;
  if (!fine) throw new Error(`${answered.status} ${JSON.stringify(answered.body)}`);
  return answered;
}
