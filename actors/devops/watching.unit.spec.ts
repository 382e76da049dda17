import { createAgent } from '../core/agent';
import { checkedConfig } from '../core/validate';
import { agentAfter, specify, start, type Step } from '../../tests/_util/decider-specification';
import { settled, type DevopsConfig } from './config';
import { devops } from './devops';
import { devopsAlarm, type DevopsState } from './state';

const at = (second: number) => new Date(Date.parse(start) + second * 1000).toISOString();
const from = (type: string, second: number, data: object, more: object = {}): Step => ({
  type,
  at: at(second),
  data,
  ...more,
});
const down = (target: string, second: number): Step =>
  from('ReportDown', second, { target, revision: 1, since: at(second), failures: 3, error: 'broken' });
const up = (target: string, second: number): Step =>
  from('ReportUp', second, { target, revision: 1, since: at(second) });
const flaps = (target: string, second: number): Step =>
  from('ReportFlapping', second, { target, revision: 1, since: at(second), changes: 6 });
const windows = (second: number, ...names: string[]): Step =>
  from('ReportMaintenance', second, { revision: 1, windows: names.map((name) => ({ name })) });
const group = 'a'.repeat(64);
const alerts = (second: number, firing: boolean, labels: object = { service: 'mail' }, key = group): Step =>
  from('ReportAlerts', second, { group: key, firing, since: at(second), labels, text: 'MailQueue: full' });

const remediation = { command: 'restart', attempts: 2, backoff: 5, cooldown: 60 };
const config = {
  commands: { restart: { argv: ['true'] } },
  targets: [
    { name: 'web', probe: { type: 'http', url: 'http://127.0.0.1:1/' }, severity: 'warning', remediation },
    {
      name: 'mail',
      probe: { type: 'alerts', labels: { service: 'mai*' } },
      remediation: { runbook: 'flush-mail', attempts: 1 },
    },
  ],
  maintenance: [{ name: 'night', weekly: { days: ['mon'], from: '01:00', to: '02:00' }, reason: 'updates' }],
  alerting: {
    receivers: { pager: { type: 'webhook', url: 'secret://pager' }, log: { type: 'nats', subject: 'alerts.all' } },
    routes: [
      { receivers: ['log'], continue: true },
      { receivers: ['pager'], severities: ['critical'] },
    ],
  },
};
const stateAfter = (...steps: Step[]): DevopsState => agentAfter(devops, config, steps).state as DevopsState;
const detected = (target: string, second: number, more: object) => ({
  type: 'IssueDetected',
  data: { target, issue: `${target}-1`, since: at(second), ...more },
});
const mailDetected = detected('mail', 1, {
  failures: 1,
  error: 'MailQueue: full',
  severity: 'critical',
  receivers: ['log', 'pager'],
});
const flushing = {
  type: 'RemediationStarted',
  data: { target: 'mail', issue: 'mail-1', runbook: 'flush-mail', attempt: 1, attempts: 1, standsDown: true },
};
const firing = (issue: string | null) => ({
  type: 'AlertsFiring',
  data: { target: 'mail', group, issue, since: at(1), text: 'MailQueue: full' },
});

describe('watching', () => {
  const { given } = specify(devops, config);

  it('tells of a target that flaps once, and begins nothing for it until it is steady', () => {
    const failing = [
      down('web', 1),
      from('ReportRun', 2, { target: 'web', issue: 'web-1', run: 'r', outcome: 'failed', durationMs: 1 }),
    ];
    given(...failing)
      .when(flaps('web', 3))
      .then({
        type: 'TargetFlapping',
        data: { target: 'web', since: at(3), changes: 6, issue: 'web-1', receivers: ['log'] },
      });
    given(...failing, flaps('web', 3))
      .when(flaps('web', 4))
      .thenNothingHappened();
    given(...failing, flaps('web', 3))
      .when(from('Alarm', 20, { at: at(7) }))
      .thenNothingHappened();
    expect(devopsAlarm(stateAfter(...failing))).toBe(at(7));
    expect(devopsAlarm(stateAfter(...failing, flaps('web', 3)))).toBeNull();
    expect(devopsAlarm(stateAfter(...failing, flaps('web', 3), down('web', 30)))).toBe(at(7));
    given(...failing, flaps('web', 3))
      .when(up('web', 30))
      .then(
        { type: 'TargetSteady', data: { target: 'web', since: at(30), receivers: ['log'] } },
        {
          type: 'TargetRecovered',
          data: { target: 'web', since: at(30), issue: 'web-1', downtimeMs: 29_000, receivers: ['log'] },
        },
      );
  });

  it('begins nothing while maintenance is on, and has it on record', () => {
    const failing = [
      down('web', 1),
      from('ReportRun', 2, { target: 'web', issue: 'web-1', run: 'r', outcome: 'failed', durationMs: 1 }),
    ];
    given()
      .when(windows(1, 'night'))
      .then({ type: 'MaintenanceBegan', data: { window: 'night', targets: ['*'], reason: 'updates' } });
    given(windows(1, 'night')).when(windows(2, 'night')).thenNothingHappened();
    given(windows(1, 'night'))
      .when(windows(2))
      .then({ type: 'MaintenanceEnded', data: { window: 'night' } });
    given(...failing, windows(3, 'night'))
      .when(from('Alarm', 20, { at: at(7) }))
      .thenNothingHappened();
    expect(devopsAlarm(stateAfter(...failing, windows(3, 'night'), windows(9)))).toBe(at(7));
  });

  it('makes an issue of a group of alerts of others, and ends it with the last group', () => {
    given().when(alerts(1, true)).then(firing('mail-1'), mailDetected, flushing);
    given(alerts(1, true)).when(alerts(2, true)).thenNothingHappened();
    given()
      .when(alerts(1, true, { service: 'web' }))
      .thenNothingHappened();
    const other = 'b'.repeat(64);
    given(alerts(1, true), alerts(2, true, { service: 'mails' }, other))
      .when(alerts(3, false))
      .then({ type: 'AlertsResolved', data: { target: 'mail', group } });
    given(alerts(1, true))
      .when(alerts(3, false))
      .then(
        { type: 'AlertsResolved', data: { target: 'mail', group } },
        {
          type: 'TargetRecovered',
          data: { target: 'mail', since: at(3), issue: 'mail-1', downtimeMs: 2000, receivers: ['log', 'pager'] },
        },
      );
  });

  it('mutes alerts of others during maintenance, and raises those that still fire after it', () => {
    given(windows(0, 'night')).when(alerts(1, true)).then(firing(null));
    given(windows(0, 'night'), alerts(1, true))
      .when(windows(9))
      .then({ type: 'MaintenanceEnded', data: { window: 'night' } }, firing('mail-1'), mailDetected, flushing);
    given(windows(0, 'night'), alerts(1, true), alerts(2, false))
      .when(windows(9))
      .then({ type: 'MaintenanceEnded', data: { window: 'night' } });
  });

  it('raises what maintenance muted also where a new config has dropped the window', () => {
    const without = from('SetConfig', 2, { config: { ...config, maintenance: [] } });
    const muted = [windows(0, 'night'), alerts(1, true)];
    expect(devopsAlarm(stateAfter(...muted))).toBeNull();
    expect(devopsAlarm(stateAfter(...muted, without))).toBe(at(1));
    given(...muted, without)
      .when(from('Alarm', 3, { at: at(1) }))
      .then(firing('mail-1'), mailDetected, flushing);
    given(...muted, without)
      .when(alerts(4, true))
      .then(firing('mail-1'), mailDetected, flushing);
    expect(devopsAlarm(stateAfter(...muted, without, alerts(4, true)))).toBeNull();
  });

  it('goes by the targets and the end that a new config gives to a window that is open', () => {
    const [night] = config.maintenance;
    const reworked = from('SetConfig', 2, { config: { ...config, maintenance: [{ ...night, targets: ['web'] }] } });
    const told = (second: number, more: object = {}): Step =>
      from('ReportMaintenance', second, { revision: second < 2 ? 1 : 4, windows: [{ name: 'night', ...more }] });
    const began = { window: 'night', targets: ['web'], reason: 'updates' };
    const before = [told(0), alerts(1, true), reworked];
    given(...before)
      .when(told(3))
      .then({ type: 'MaintenanceBegan', data: began }, firing('mail-1'), mailDetected, flushing);
    given(...before, told(3))
      .when(told(4))
      .thenNothingHappened();
    given(...before, told(3))
      .when(told(4, { until: at(60) }))
      .then({ type: 'MaintenanceBegan', data: { ...began, until: at(60) } });
  });

  it('lets people take an issue on or put it off, with a reason', () => {
    const ada = { principal: 'ada', reason: 'I look at it' };
    given(down('web', 1))
      .when(from('AcknowledgeIssue', 2, { issue: 'web-1' }, ada))
      .then({ type: 'IssueAcknowledged', data: { target: 'web', issue: 'web-1', by: 'ada', reason: 'I look at it' } });
    given(down('web', 1))
      .when(from('SnoozeIssue', 2, { issue: 'web-1', seconds: 60 }, ada))
      .then({
        type: 'IssueSnoozed',
        data: { target: 'web', issue: 'web-1', by: 'ada', reason: 'I look at it', until: at(62) },
      });
    given(down('web', 1))
      .when(from('AcknowledgeIssue', 2, { issue: 'web-1' }, { principal: 'ada' }))
      .thenRefused('reason_required');
    given(down('web', 1))
      .when(from('AcknowledgeIssue', 2, { issue: 'web-2' }, ada))
      .thenRefused('not_found');
  });

  it('makes a target of each member of a fleet', () => {
    const fleet = {
      name: 'db',
      template: {
        probe: { type: 'tcp', host: '${{ member.labels.host }}', port: '${{ member.labels.port }}' },
        severity: 'warning',
      },
      members: [
        { name: 'a', labels: { host: '127.0.0.1', port: 5432 } },
        { name: 'b', labels: { host: '127.0.0.2', port: 5433 } },
      ],
    };
    const { targets } = settled(checkedConfig(devops, { fleets: [fleet] }) as DevopsConfig);
    expect(targets).toMatchObject([
      { name: 'db-a', probe: { port: 5432 }, interval: 10, labels: { host: '127.0.0.1', port: '5432', fleet: 'db' } },
      { name: 'db-b', probe: { host: '127.0.0.2' }, severity: 'warning' },
    ]);
    const refused = (members: object[], more: object = {}) =>
      given().when(from('SetConfig', 1, { config: { fleets: [{ ...fleet, members }], ...more } }));
    refused([{ name: 'a', labels: { host: 'x' } }]).thenRefused('invalid_config');
    refused([{ name: 'a', labels: { host: 'x', port: 70_000 } }]).thenRefused('invalid_config');
    refused([fleet.members[0] as object, fleet.members[0] as object]).thenRefused('invalid_config');
  });

  it('refuses routes that lead nowhere, or into the stream of events', () => {
    const set = (alerting: object) => given().when(from('SetConfig', 1, { config: { ...config, alerting } }));
    set({ ...config.alerting, routes: [{ receivers: ['nobody'] }] }).thenRefused('invalid_config');
    set({ receivers: { log: { type: 'nats', subject: 'AGENT_MESSAGES.devops.x.EVENT' } } }).thenRefused(
      'invalid_config',
    );
  });

  it('goes by the defaults of today where its config is of an earlier time', () => {
    const old = {
      checkpoint_interval: 60,
      log_level: 'info',
      commands: {},
      targets: [{ name: 'a', probe: { type: 'tcp', host: 'h', port: 1 } }],
    };
    const command = { id: 'c', principal: 'ada' };
    const { agent } = createAgent(devops, { kind: 'devops', id: 'old', name: 'old', config: old, command }, start);
    expect(agent.state).toEqual({
      targets: { a: { health: { status: 'unknown' }, remediation: { status: 'idle' } } },
      issues: 0,
      revision: 1,
    });
    expect(settled(old as never).targets[0]).toMatchObject({ severity: 'critical', failing_for: 0, labels: {} });
    expect(settled(old as never).targets[0]).not.toHaveProperty('flapping');
  });
});
