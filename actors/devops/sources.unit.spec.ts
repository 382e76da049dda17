import { applyCommand, createAgent } from '../core/agent';
import type { Effect } from '../core/effect';
import { forkOf } from '../core/fork';
import { agentAfter, specify, start, type Step } from '../../tests/_util/decider-specification';
import { devops } from './devops';
import type { DevopsState } from './state';

const at = (second: number) => new Date(Date.parse(start) + second * 1000).toISOString();
const url = 'https://git.example.org/web.git';
const weekly = { days: ['mon'], from: '01:00', to: '02:00' };
/** All that is watched has the same name. */
const config = {
  commands: { restart: { argv: ['true'] } },
  targets: [
    { name: 'web', probe: { type: 'tcp', host: 'h', port: 1 }, remediation: { command: 'restart', attempts: 1 } },
    { name: 'mail', probe: { type: 'alerts', labels: { service: 'mail' } } },
  ],
  maintenance: [{ name: 'night', targets: ['db'], weekly, reason: 'updates' }],
  logs: [
    { name: 'web', source: { type: 'file', path: '/var/log/web' }, remediation: { runbook: 'look', cooldown: 60 } },
  ],
  repositories: [{ name: 'web', url, branches: ['main'], runbook: 'build' }],
};

const found = {
  ...{ kind: 'new', what: 'FATAL', at: start, count: 1, expected: null, lines: ['FATAL'], suppressed: 0 },
};
const finding = (second: number, revision = 1): Step => ({
  type: 'ReportFinding',
  at: at(second),
  data: { log: 'web', revision, ...found },
});
const heads = (second: number, sha: string, revision = 1): Step => ({
  type: 'ReportHeads',
  at: at(second),
  data: { repository: 'web', revision, heads: [{ branch: 'main', sha }] },
});
const down = (second: number): Step => ({
  type: 'ReportDown',
  at: at(second),
  data: { target: 'web', revision: 1, since: at(second), failures: 3, error: 'broken' },
});
const ended = (issue: string, second: number): Step => ({
  type: 'ReportRun',
  at: at(second),
  data: { target: 'web', issue, run: 'r1', outcome: 'succeeded', durationMs: 5 },
});
const sourceEnded = (issue: string) => ({
  type: 'SourceRunEnded',
  data: { source: 'web', issue, run: 'r1', outcome: 'succeeded' },
});
const anomaly = (issue: string) => ({ type: 'LogAnomalyDetected', data: { log: 'web', ...found, issue } });

describe('an agent with targets, a log and a repository', () => {
  const { given } = specify(devops, config);

  it('begins a run for a finding, and none during its cooldown', () => {
    const begun = (issue: string, second: number) => ({
      type: 'LogRunStarted',
      data: { log: 'web', issue, runbook: 'look', cooldownUntil: at(second + 60) },
    });
    given().when(finding(1)).then(anomaly('web-log-1'), begun('web-log-1', 1));
    given(finding(1)).when(finding(60)).then(anomaly('web-log-2'));
    given(finding(1)).when(finding(61)).then(anomaly('web-log-2'), begun('web-log-2', 61));
    given().when(finding(1, 7)).thenNothingHappened();
  });

  it('begins nothing for what a repository holds at first, and one run for each new commit', () => {
    const seen = { repository: 'web', url, heads: [{ branch: 'main', sha: 'a' }] };
    given().when(heads(1, 'a')).then({ type: 'RepositorySeen', data: seen });
    given(heads(1, 'a'))
      .when(heads(2, 'b'))
      .then({ type: 'CommitDetected', data: { repository: 'web', branch: 'main', sha: 'b', before: 'a' } });
    given(heads(1, 'a'), heads(2, 'b')).when(heads(3, 'b')).thenNothingHappened();
  });

  it('knows whose run has ended, though all of them have one name', () => {
    const all = [down(1), finding(2), heads(3, 'a'), heads(4, 'b')];
    given(...all)
      .when(ended('web-log-1', 9))
      .then(sourceEnded('web-log-1'));
    given(...all)
      .when(ended('main@b', 9))
      .then(sourceEnded('main@b'));
    const { agent } = applyCommand(
      devops,
      agentAfter(devops, config, all),
      { ...ended('web-1', 9), id: 'e', principal: 'system:test' },
      at(9),
    );
    expect((agent.state as DevopsState).targets['web']?.remediation).toMatchObject({
      status: 'cooling',
      outcome: 'recovered',
    });
    given(...all, ended('web-1', 9))
      .when(ended('web-1', 10))
      .thenNothingHappened();
  });

  it('has each companion told of its own orders only', () => {
    const all = agentAfter(devops, config);
    const orders = (change: object): Effect[] =>
      applyCommand(
        devops,
        all,
        { id: 's', principal: 'ada', type: 'SetConfig', data: { config: { ...config, ...change } } },
        at(1),
      ).effects;
    expect(orders({ logs: [] })).toMatchObject([
      { id: 'watch:a1', input: { revision: 2, targets: [{ name: 'web' }, { name: 'mail' }] } },
      { id: 'follow:a1', input: { revision: 2, logs: [], repositories: [{ name: 'web' }] } },
    ]);
    expect(orders({ targets: [], repositories: [] })).toMatchObject([
      { id: 'watch:a1', input: { targets: [] } },
      { id: 'follow:a1', input: { logs: [{ name: 'web' }], repositories: [] } },
    ]);
  });

  it('forks without groups, maintenance, what it knows of sources, and what is pending', () => {
    const group = 'a'.repeat(64);
    const source = agentAfter(devops, config, [
      down(1),
      finding(2),
      heads(3, 'a'),
      { type: 'ReportMaintenance', at: at(4), data: { revision: 1, windows: [{ name: 'night' }] } },
      {
        type: 'ReportAlerts',
        at: at(5),
        data: { group, firing: true, since: at(5), labels: { service: 'mail' }, text: 'full' },
      },
    ]);
    const known = source.state as DevopsState;
    expect([known.groups, known.maintenance, known.sources?.cooling, known.sources?.repositories]).toMatchObject([
      { [group]: { issue: 'mail-2' } },
      [{ window: 'night' }],
      { web: at(62) },
      { web: { heads: { main: 'a' } } },
    ]);
    const command = { id: 'fork', principal: 'ada' };
    const fork = forkOf(devops, source);
    const born = { kind: 'devops', id: 'b', name: 'b', config: source.config, fork, command };
    const { agent, effects } = createAgent(devops, born, at(100));
    const target = { health: { status: 'unknown' }, remediation: { status: 'idle' } };
    expect(agent.state).toEqual({
      targets: { web: target, mail: target },
      issues: 2,
      revision: 1,
      sources: { revision: 1, findings: 0, cooling: {}, repositories: {} },
    });
    expect(devops.alarm?.(agent.state as DevopsState, source.config as never)).toBeNull();
    expect(effects).toMatchObject([
      { type: 'configure', id: 'watch:b', input: { revision: 1 } },
      { type: 'configure', id: 'follow:b', input: { revision: 1 } },
    ]);
    // What is there when it first looks begins no run of its own.
    const { records } = applyCommand(devops, agent, { ...heads(101, 'b'), id: 'h', principal: 'system:test' }, at(101));
    expect(records.map(({ type }) => type)).toEqual(['ymera.devops.RepositorySeen']);
  });
});
