import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testServer, type TestServer } from '../../activities/_util/http-server';
import { eventName, type EventRecord } from '../../actors/core/event';
import { hashOf } from '../../actors/core/hash-chain';
import { checkedConfig } from '../../actors/core/validate';
import { performance } from '../../actors/performance/performance';
import type { PerformanceState } from '../../actors/performance/state';
import { projectRoot } from '../../infra/paths';
import { until } from '../_util/api-client';
import { startPrometheus, type Monitor } from '../_util/monitoring';
import { RunLab } from '../_util/run-lab';
import { describeWithTools } from '../_util/tools';

/** A service whose latency follows from its load and from a knob, as a real Prometheus sees it. */
describeWithTools(['prometheus'], 'performance', (files) => {
  let lab: RunLab;
  let dir: string;
  let service: TestServer;
  let prometheus: Monitor;
  let load = 1;
  let scrapes = 0;

  const knob = (instance: string): number => Number(readFileSync(join(dir, instance), 'utf8'));
  /** Four workers stand in each other's way. */
  const latency = (workers: number): number =>
    (workers >= 4 ? 400 : (100 * load) / workers) + ((scrapes * 7) % 12) / 10;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-performance-'));
    for (const instance of ['canary', 'rest']) writeFileSync(join(dir, instance), '2');
    service = await testServer((_, response) => {
      scrapes += 1;
      const lines = ['canary', 'rest'].map((name) => `latency_ms{host="${name}"} ${latency(knob(name))}\n`);
      response.end(lines.join(''));
    });
    const scrape = { job_name: 'service', static_configs: [{ targets: [new URL(service.url).host] }] };
    prometheus = await startPrometheus(files.prometheus, dir, { scrape_configs: [scrape] }, '200ms');
    lab = await RunLab.open();
    await lab.saveRunbook(readFileSync(join(projectRoot, 'runbooks/optimise-setting.yaml'), 'utf8'));
    await until(() => scrapes > 2, 'the first scrapes');
  }, 150_000);
  afterAll(async () => {
    await lab.close();
    await Promise.all([prometheus.end(), service.end()]);
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const events = async (name: string): Promise<EventRecord<Record<string, unknown>>[]> =>
    ((await lab.records('tuner')) as EventRecord<Record<string, unknown>>[]).filter(
      (event) => eventName(event) === name,
    );
  const state = async () => (await lab.agents.view('tuner')).state as PerformanceState;
  const seen = (name: string, count: number) =>
    until(async () => (await events(name)).length === count, `${count} ${name}`, 40_000);
  const approved = async (sequence: number): Promise<string> => {
    const run = `run-${hashOf(['tuner', sequence]).slice(0, 32)}`;
    await until(
      () =>
        lab.state(run).then(
          () => true,
          () => false,
        ),
      'the run',
    );
    await lab.reaches(run, ({ approvals }) => approvals['agreed']?.status === 'pending', 'the question');
    expect([knob('canary'), knob('rest')]).toEqual([knob('rest'), knob('canary')]);
    const planHash = (await lab.state(run)).approvals['agreed']?.planHash;
    const bob = { principal: 'bob', roles: ['approver'] };
    expect((await lab.command(run, 'Approve', { step: 'agreed', planHash }, bob)).status).toBe('accepted');
    return run;
  };

  it('finds a regression, keeps what makes it better, undoes what makes it worse, and remembers that', async () => {
    const set = (...instances: string[]): string[] => {
      const names = JSON.stringify(instances.map((name) => join(dir, name)));
      return [
        process.execPath,
        '-e',
        `${names}.forEach(f=>require('fs').writeFileSync(f,process.argv[1]))`,
        '${{ value }}',
      ];
    };
    const query = (host: string): object => ({
      type: 'prometheus',
      url: prometheus.url,
      query: `avg(latency_ms{host=~"${host}"})`,
    });
    const config = checkedConfig(performance, {
      metrics: [{ name: 'latency', better: 'lower', source: query('.*'), canary: query('canary') }],
      settings: [
        {
          name: 'workers',
          value: 2,
          minimum: 1,
          maximum: 8,
          step: 1,
          try: 'up',
          canary: set('canary'),
          apply: set('canary', 'rest'),
        },
      ],
      ...{ every: 0.2, samples: 8, settle: 1, cooldown: 0 },
    });
    const command = { id: 'create', principal: 'ada' };
    await lab.agents.create({ kind: 'performance', id: 'tuner', name: 'tuner', config, command });
    await seen('BaselineTaken', 1);

    load = 2;
    await seen('ProposalMade', 1);
    expect((await events('RegressionDetected'))[0]).toMatchObject({
      messagetype: 'NOTIFICATION',
      data: { changes: [{ metric: 'latency', verdict: 'worse', p: expect.any(Number) as number }] },
    });
    const [first] = await events('ProposalMade');
    expect(first?.data).toMatchObject({ setting: 'workers', from: 2, to: 3 });
    const kept = await approved(first?.sequence ?? 0);
    expect(await lab.ended(kept)).toMatchObject({ status: 'succeeded' });
    await seen('ProposalKept', 1);
    expect([knob('canary'), knob('rest')]).toEqual([3, 3]);
    // What is normal now is measured anew.
    await seen('BaselineTaken', 2);
    expect(await state()).toMatchObject({ regressed: false, values: { workers: 3 } });

    load = 3;
    await seen('ProposalMade', 2);
    const [, second] = await events('ProposalMade');
    expect(second?.data).toMatchObject({ from: 3, to: 4 });
    const undone = await lab.ended(await approved(second?.sequence ?? 0));
    expect(undone).toMatchObject({ status: 'failed', error: { code: 'not_better' } });
    expect(undone.steps['apply']).toBeUndefined();
    expect([knob('canary'), knob('rest')]).toEqual([3, 3]);
    await seen('ProposalRejected', 1);
    expect((await events('ProposalRejected'))[0]?.data).toMatchObject({ to: 4, remembered: true });

    // It is still worse than it was, and the same is not tried again.
    await seen('ProposalsExhausted', 1);
    expect(await state()).toMatchObject({ proposals: 2, proposal: null, rejected: { workers: [{ from: 3, to: 4 }] } });
  }, 180_000);
});
