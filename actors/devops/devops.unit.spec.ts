import { applyCommand, createAgent } from '../core/agent';
import { checkedConfig } from '../core/validate';
import { agentAfter, specify, start, type Step } from '../../tests/_util/decider-specification';
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
const outcome = (result: 'recovered' | 'failed', second: number): Step => ({
  type: 'ReportOutcome',
  at: at(second),
  data: { target: 'web', issue: 'web-1', outcome: result, attempts: 2, durationMs: 5 },
});
const cooldownOver = (second: number): Step => ({
  type: 'ReportCooldownOver',
  at: at(second),
  data: { target: 'web', issue: 'web-1' },
});
const started = (issue: string) => ({
  type: 'RemediationStarted',
  data: { target: 'web', issue, command: 'restart', attempts: 2 },
});
const detected = (issue: string, second: number, target = 'web') => ({
  type: 'IssueDetected',
  data: { target, issue, since: at(second), failures: 3, error: 'ECONNREFUSED' },
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

  it('completes a remediation that worked, and escalates one that did not', () => {
    const completed = (result: string) => ({
      type: 'RemediationCompleted',
      data: { target: 'web', issue: 'web-1', outcome: result, attempts: 2, durationMs: 5, cooldownUntil: at(70) },
    });
    given(down()).when(outcome('recovered', 10)).then(completed('recovered'));
    given(down())
      .when(outcome('failed', 10))
      .then(completed('failed'), {
        type: 'IssueEscalated',
        data: { target: 'web', issue: 'web-1', attempts: 2, notBefore: at(70) },
      });
    given(down(), outcome('failed', 10)).when(outcome('failed', 11)).thenNothingHappened();
  });

  it('tries nothing during the cooldown, and goes on after it only where the target still fails', () => {
    given(down(), up(5), outcome('recovered', 10))
      .when(down('web', 20))
      .then(detected('web-2', 20), {
        type: 'RemediationDeferred',
        data: { target: 'web', issue: 'web-2', until: at(70) },
      });
    given(down(), outcome('failed', 10)).when(cooldownOver(71)).then(started('web-1'));
    given(down(), up(5), outcome('recovered', 10)).when(cooldownOver(71)).thenNothingHappened();
    given(down(), up(5), outcome('recovered', 10)).when(down('web', 71)).then(detected('web-2', 71), started('web-2'));
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
      { type: 'start', workflow: 'remediation', id: 'remediation:a1:3', input: { issue: 'web-1' } },
    ]);
    const stopped = applyCommand(devops, failing.agent, { id: 's', principal: 'ada', type: 'Stop', data: {} }, at(2));
    expect(stopped.effects).toMatchObject([{ type: 'configure', input: { targets: [] } }]);
  });

  it('refuses configs that no schema can refuse', () => {
    const { targets } = config;
    const twice = { ...config, targets: [targets[1], targets[1]] };
    const unknown = { ...config, commands: {} };
    for (const bad of [twice, unknown]) {
      given()
        .when({ type: 'SetConfig', data: { config: bad } })
        .thenRefused('invalid_config');
    }
  });
});
