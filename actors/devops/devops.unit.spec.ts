import { applyCommand, createAgent } from '../core/agent';
import { forkOf } from '../core/fork';
import { checkedConfig } from '../core/validate';
import { agentAfter, apply, specify, start, type Step } from '../../tests/_util/decider-specification';
import { devops } from './devops';
import type { DevopsState } from './state';

const config = {
  commands: { restart: { argv: ['systemctl', 'restart', 'web'] } },
  targets: [
    {
      name: 'web',
      probe: { type: 'http', url: 'http://127.0.0.1:1/' },
      remediation: { command: 'restart', attempts: 2, cooldown: 60 },
    },
    { name: 'db', probe: { type: 'tcp', host: '127.0.0.1', port: 1 } },
  ],
};
const at = (second: number) => new Date(Date.parse(start) + second * 1000).toISOString();
const down = (target = 'web', second = 1, revision = 1): Step => ({
  type: 'ReportDown',
  at: at(second),
  data: { target, revision, since: at(second), failures: 3, error: 'ECONNREFUSED' },
});
const up = (second = 2, target = 'web'): Step => ({
  type: 'ReportUp',
  at: at(second),
  data: { target, revision: 1, since: at(second) },
});
const ended = (outcome: string, second: number, more: object = {}): Step => ({
  type: 'ReportRun',
  at: at(second),
  data: { target: 'web', issue: 'web-1', run: 'r1', outcome, durationMs: 5, ...more },
});
const alarm = (second: number): Step => ({ type: 'Alarm', at: at(second), data: { at: at(second) } });
const started = (issue: string, attempt = 1) => ({
  type: 'RemediationStarted',
  data: { target: 'web', issue, runbook: 'remediate-target', attempt, attempts: 2 },
});
const attempted = (attempt: number, outcome: string) => ({
  type: 'RemediationAttempted',
  data: { target: 'web', issue: 'web-1', attempt, run: 'r1', outcome, durationMs: 5 },
});
const completed = (outcome: string, attempts: number, second: number, began = 1, cooldownUntil = at(second + 60)) => ({
  type: 'RemediationCompleted',
  data: { target: 'web', issue: 'web-1', outcome, attempts, durationMs: (second - began) * 1000, cooldownUntil },
});
const escalated = (attempts: number, notBefore: string) => ({
  type: 'IssueEscalated',
  data: { target: 'web', issue: 'web-1', attempts, notBefore },
});
const scheduled = (attempt: number, second: number) => ({
  type: 'RemediationScheduled',
  data: { target: 'web', issue: 'web-1', attempt, at: at(second) },
});
const detected = (issue: string, second: number, target = 'web') => ({
  type: 'IssueDetected',
  data: { target, issue, since: at(second), failures: 3, error: 'ECONNREFUSED', severity: 'critical' },
});

describe('devops', () => {
  const { given } = specify(devops, config);

  it('detects an issue and starts the remediation that its config allows', () => {
    given().when(down()).then(detected('web-1', 1), started('web-1'));
    given()
      .when(down('db'))
      .then(detected('db-1', 1, 'db'));
  });

  it('hears of one failure once', () => {
    given(down()).when(down('web', 5)).thenNothingHappened();
  });

  it('ignores what a watch under older orders, or of an unknown target, reports', () => {
    given()
      .when(down('web', 1, 7))
      .thenNothingHappened();
    given().when(down('mail')).thenNothingHappened();
  });

  it('says for how long a target was down', () => {
    given(down('web', 1))
      .when(up(4))
      .then({ type: 'TargetRecovered', data: { target: 'web', since: at(4), issue: 'web-1', downtimeMs: 3000 } });
    given(up(1)).when(up(2)).thenNothingHappened();
  });

  it('completes a remediation that worked', () => {
    given(down())
      .when(ended('succeeded', 10))
      .then(attempted(1, 'succeeded'), completed('recovered', 1, 10));
    given(down(), ended('succeeded', 10)).when(ended('succeeded', 11)).thenNothingHappened();
  });

  it('tries again after a pause, and escalates once when the last attempt failed', () => {
    given(down()).when(ended('ineffective', 10)).then(attempted(1, 'ineffective'), scheduled(2, 15));
    given(down(), ended('ineffective', 10)).when(alarm(14)).thenNothingHappened();
    given(down(), ended('ineffective', 10)).when(alarm(15)).then(started('web-1', 2));
    given(down(), ended('failed', 10), alarm(15))
      .when(ended('failed', 20))
      .then(attempted(2, 'failed'), completed('failed', 2, 20), escalated(2, at(80)));
  });

  it('stops trying when the target came back by itself meanwhile', () => {
    given(down(), ended('failed', 10), up(12))
      .when(alarm(15))
      .then(completed('recovered', 1, 15));
  });

  it('escalates a veto at once, and waits for as long as whoever refused it says', () => {
    given(down())
      .when(ended('vetoed', 10, { until: at(500) }))
      .then(attempted(1, 'vetoed'), completed('failed', 1, 10, 1, at(500)), escalated(1, at(500)));
  });

  it('tries nothing during the cooldown, and goes on after it only where the target still fails', () => {
    given(down(), up(5), ended('succeeded', 10))
      .when(down('web', 20))
      .then(detected('web-2', 20), {
        type: 'RemediationDeferred',
        data: { target: 'web', issue: 'web-2', until: at(70) },
      });
    const failed = [down(), ended('failed', 10), alarm(15), ended('failed', 20)];
    given(...failed)
      .when(alarm(79))
      .thenNothingHappened();
    given(...failed)
      .when(alarm(80))
      .then(started('web-1'));
    given(down(), up(5), ended('succeeded', 10)).when(alarm(71)).thenNothingHappened();
    given(down(), up(5), ended('succeeded', 10)).when(down('web', 71)).then(detected('web-2', 71), started('web-2'));
  });

  it('wants to be woken only when there is something to do then', () => {
    const alarmAfter = (...steps: Step[]) =>
      devops.alarm?.(agentAfter(devops, config, steps).state as DevopsState, {} as never);
    expect(alarmAfter(down())).toBeNull();
    expect(alarmAfter(down(), ended('failed', 10))).toBe(at(15));
    expect(alarmAfter(down(), ended('failed', 10), alarm(15), ended('failed', 20))).toBe(at(80));
    expect(alarmAfter(down(), up(5), ended('succeeded', 10))).toBeNull();
  });

  it('lets nobody else report', () => {
    given()
      .when({ ...down(), principal: 'mallory' })
      .thenRefused('internal_command');
  });

  it('keeps what it knows of a target that a new config still has, and drops the others', () => {
    const [web] = config.targets;
    const agent = agentAfter(devops, config, [
      down(),
      { type: 'SetConfig', data: { config: { ...config, targets: [web] } } },
    ]);
    const state = agent.state as DevopsState;
    expect(Object.keys(state.targets)).toEqual(['web']);
    expect(state.targets['web']?.health.status).toBe('failing');
    expect(state.revision).toBe(agent.sequence);
  });

  it('has its watch told of every change of targets, and its remediation started once', () => {
    const checkedOnce = checkedConfig(devops, config);
    const creation = {
      kind: 'devops',
      id: 'a1',
      name: 'a1',
      config: checkedOnce,
      command: { id: 'c', principal: 'ada' },
    };
    const born = createAgent(devops, creation, start);
    expect(born.effects).toMatchObject([
      { type: 'configure', workflow: 'watch', id: 'watch:a1', input: { revision: 1 } },
    ]);
    const failing = applyCommand(devops, born.agent, { id: 'd', principal: 'system:watch', ...down() }, at(1));
    expect(failing.effects).toMatchObject([
      {
        type: 'launch',
        request: {
          id: expect.stringMatching(/^run-[0-9a-f]{32}$/) as string,
          runbook: 'remediate-target',
          input: { target: 'web', lock: 'http://127.0.0.1:1/', argv: ['systemctl', 'restart', 'web'] },
          trigger: { type: 'agent', agent: 'a1', issue: 'web-1', target: 'web' },
          principal: 'agent:a1',
        },
      },
    ]);
    const stopped = applyCommand(devops, failing.agent, { id: 's', principal: 'ada', type: 'Stop', data: {} }, at(2));
    expect(stopped.effects).toMatchObject([{ type: 'configure', input: { targets: [] } }]);
  });

  it('refuses configs that no schema can refuse', () => {
    const { targets } = config;
    const twice = { ...config, targets: [targets[1], targets[1]] };
    const unknown = { ...config, commands: {} };
    const { command: _, ...without } = targets[0]?.remediation ?? {};
    const commandless = { ...config, targets: [{ ...targets[0], remediation: without }] };
    for (const bad of [twice, unknown, commandless]) {
      given()
        .when({ type: 'SetConfig', data: { config: bad } })
        .thenRefused('invalid_config');
    }
  });

  it('forks without what was pending, and is told anew what fails', () => {
    const source = agentAfter(devops, config, [up(1, 'db'), down()]);
    expect((source.state as DevopsState).targets['web']?.remediation.status).toBe('running');
    const command = { id: 'fork', principal: 'ada' };
    const fork = forkOf(devops, source);
    const made = createAgent(
      devops,
      { kind: 'devops', id: 'b', name: 'b', config: source.config, fork, command },
      at(100),
    );
    expect(made.agent).toMatchObject({
      forkedFrom: { agent: 'a1', sequence: source.sequence, hash: source.hash },
      state: {
        issues: 1,
        revision: 1,
        targets: {
          web: { health: { status: 'unknown' }, remediation: { status: 'idle' } },
          db: { health: { status: 'healthy' }, remediation: { status: 'idle' } },
        },
      },
    });
    // Its own watch, and nothing else: no run of the other agent is begun again.
    expect(made.effects).toEqual([
      expect.objectContaining({
        type: 'configure',
        id: 'watch:b',
        input: expect.objectContaining({ revision: 1 }) as object,
      }),
    ]);
    const { records } = apply(devops, made.agent, down(), 1);
    expect(records.map(({ type, data }) => [type, data])).toEqual([
      ['ymera.devops.IssueDetected', detected('web-2', 1).data],
      ['ymera.devops.RemediationStarted', started('web-2').data],
    ]);
  });
});
