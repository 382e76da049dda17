import { applyCommand, createAgent } from '../core/agent';
import type { AgentState } from '../core/agent-state';
import { checkedConfig } from '../core/validate';
import { start } from '../../tests/_util/decider-specification';
import {
  accepted,
  emptyOutbox,
  mostWaiting,
  nextRepeat,
  repeated,
  repeatsAt,
  settledFirst,
  type Outbox,
} from './alert-outbox';
import type { Alert, AlertOrder, AlertStatus } from './alerts';
import type { Receiver } from './alerting';
import { devops } from './devops';

const webhook: Receiver = { type: 'webhook', url: 'http://127.0.0.1:1/', headers: {}, repeat: 60 };
const alertmanager: Receiver = { type: 'alertmanager', url: 'http://127.0.0.1:1/', headers: {}, refresh: 10 };
const at = (second: number) => new Date(Date.parse(start) + second * 1000).toISOString();

describe('the alerts of an agent', () => {
  const receivers = {
    pager: { type: 'webhook', url: 'secret://pager' },
    am: { type: 'alertmanager', url: 'http://127.0.0.1:1' },
  };
  const targets = [{ name: 'web', probe: { type: 'tcp', host: 'h', port: 1 }, labels: { team: 'shop' } }];
  const weekly = { days: ['mon'], from: '01:00', to: '02:00' };
  const maintenance = [{ name: 'night', targets: ['we*'], weekly, reason: 'updates' }];
  const routes = [{ receivers: ['pager'], labels: { team: 'sh*' } }];
  const config = { targets, maintenance, alerting: { receivers, routes } };
  let agent: AgentState;
  let count = 0;
  const orders = (type: string, data: object, more: object = {}): (AlertOrder & { to: unknown })[] => {
    count += 1;
    const command = { id: `c${count}`, principal: 'system:test', type, data, ...more };
    const applied = applyCommand(devops, agent, command, at(count));
    agent = applied.agent;
    return applied.effects.flatMap((effect) =>
      effect.type === 'configure' && effect.workflow === 'alerts' ? [effect.input as AlertOrder] : [],
    );
  };
  const down = { target: 'web', revision: 1, since: at(0), failures: 3, error: 'broken' };

  beforeEach(() => {
    const command = { id: 'c', principal: 'ada' };
    const creation = { kind: 'devops', id: 'a1', name: 'a1', config: checkedConfig(devops, config), command };
    ({ agent } = createAgent(devops, creation, start));
    count = 0;
  });

  it('go to those that its routes lead to, from the beginning of an issue to its end', () => {
    expect(orders('ReportDown', down)).toMatchObject([
      {
        id: 'a1:2',
        receiver: 'pager',
        to: { type: 'webhook', url: 'secret://pager', repeat: 14_400 },
        alert: {
          id: 'a1:2',
          issue: 'web-1',
          status: 'firing',
          severity: 'critical',
          labels: { team: 'shop' },
          text: 'broken',
        },
      },
    ]);
    const ada = { principal: 'ada', reason: 'on it' };
    expect(orders('AcknowledgeIssue', { issue: 'web-1' }, ada)).toMatchObject([
      { alert: { status: 'acknowledged', text: 'ada: on it' } },
    ]);
    expect(orders('ReportUp', { target: 'web', revision: 1, since: at(9) })).toMatchObject([
      { receiver: 'pager', alert: { issue: 'web-1', status: 'resolved' } },
    ]);
  });

  it('say to whom an issue is known from when to when maintenance mutes it', () => {
    const windows = (...names: string[]): object => ({ revision: 1, windows: names.map((name) => ({ name })) });
    expect(orders('ReportMaintenance', windows('night'))).toEqual([]);
    orders('ReportMaintenance', windows());
    expect(orders('ReportDown', down)).toMatchObject([{ alert: { status: 'firing' } }]);
    const [began] = orders('ReportMaintenance', windows('night'));
    expect(began).toMatchObject({ receiver: 'pager', muted: ['we*'] });
    expect(began).not.toHaveProperty('alert');
    const [set] = orders('SetConfig', { config: { ...config, targets: [...targets, { ...targets[0], name: 'db' }] } });
    expect(set).toMatchObject({ open: ['web-1'], muted: ['we*'] });
    const [ended] = orders('ReportMaintenance', { ...windows(), revision: agent.sequence });
    expect(ended).toMatchObject({ receiver: 'pager' });
    expect(ended).not.toHaveProperty('muted');
  });

  it('end where nobody watches any more: with the target, the receiver or the agent', () => {
    orders('ReportDown', down);
    const without = { ...config, alerting: { receivers: { am: receivers.am } } };
    expect(orders('SetConfig', { config: without })).toMatchObject([
      { receiver: 'am', open: ['web-1'] },
      { receiver: 'pager', to: null, open: ['web-1'] },
    ]);
    expect(orders('Stop', {})).toMatchObject([{ receiver: 'am', open: [] }]);
  });
});

describe('an outbox', () => {
  let number = 0;
  const alert = (status: AlertStatus, issue = 'web-1', more: Partial<Alert> = {}): Alert => ({
    id: `a1:${(number += 1)}`,
    agent: 'a1',
    target: 'web',
    issue,
    status,
    severity: 'critical',
    labels: {},
    time: start,
    since: start,
    text: status,
    ...more,
  });
  const order = (more: Partial<AlertOrder>, to: Receiver | null = webhook): AlertOrder => ({
    id: more.alert?.id ?? `o${(number += 1)}`,
    agent: 'a1',
    receiver: 'pager',
    to,
    revision: number,
    ...more,
  });
  const empty = emptyOutbox({ agent: 'a1', receiver: 'pager' });
  const told = (box: Outbox, ...alerts: Alert[]): Outbox =>
    alerts.reduce((before, one) => settledFirst(accepted(before, order({ alert: one }, box.to ?? webhook)), 0), box);

  it('keeps the order, and takes one that comes twice once', () => {
    const first = order({ alert: alert('firing') });
    const box = [first, order({ alert: alert('resolved') }), first].reduce(accepted, empty);
    expect(box.queue.map(({ status }) => status)).toEqual(['firing', 'resolved']);
  });

  it('tells again what fails until it is over, taken on or put off', () => {
    const box = told(empty, alert('firing'));
    expect([nextRepeat(box), repeatsAt(box, 59_999), repeatsAt(box, 60_000)]).toMatchObject([
      60_000,
      [],
      [{ repeat: 1 }],
    ]);
    const again = repeated(box, 60_000);
    expect([nextRepeat(again), repeatsAt(again, 120_000)]).toMatchObject([120_000, [{ repeat: 2 }]]);
    expect(nextRepeat(told(again, alert('acknowledged')))).toBeNull();
    expect(nextRepeat(told(again, alert('snoozed', 'web-1', { until: at(5) })))).toBe(Date.parse(at(5)));
    expect(told(again, alert('resolved')).known).toEqual({});
  });

  it('tells nothing again while its target is under maintenance, and what is due right after', () => {
    const muted = accepted(told(empty, alert('firing')), order({ muted: ['db', 'we*'] }));
    expect([nextRepeat(muted), repeatsAt(muted, 90_000), repeated(muted, 90_000)]).toEqual([null, [], muted]);
    const over = accepted(muted, order({}));
    expect([nextRepeat(over), repeatsAt(over, 90_000)]).toMatchObject([60_000, [{ repeat: 1 }]]);
    const late = accepted(muted, { ...order({}), revision: 0 });
    expect(nextRepeat(late)).toBeNull();
    const refreshed = accepted(told(accepted(empty, order({}, alertmanager)), alert('firing')), {
      ...order({ muted: ['*'] }, alertmanager),
    });
    expect(nextRepeat(refreshed)).toBe(10_000);
  });

  it('goes on telling Alertmanager what fires, whoever has taken it on', () => {
    const box = told(accepted(empty, order({ open: [] }, alertmanager)), alert('firing'), alert('acknowledged'));
    expect([nextRepeat(box), repeatsAt(box, 10_000)]).toMatchObject([10_000, [{ alert: { status: 'firing' } }]]);
  });

  it('ends what nobody watches any more, also what still waits', () => {
    const box = accepted(told(empty, alert('firing')), order({ alert: alert('firing', 'db-2') }));
    expect(accepted(box, order({ open: ['db-2'] })).queue).toMatchObject([
      { issue: 'db-2' },
      { issue: 'web-1', status: 'resolved' },
    ]);
    expect(accepted(box, order({ open: [] }, null))).toMatchObject({ to: { type: 'webhook' }, queue: { length: 3 } });
  });

  it('is bounded: what is superseded goes before what is not', () => {
    let box = accepted(
      accepted(empty, order({ alert: alert('firing', 'old') })),
      order({ alert: alert('firing', 'web') }),
    );
    box = accepted(box, order({ alert: alert('resolved', 'web') }));
    for (let i = 0; i < mostWaiting; i += 1) box = accepted(box, order({ alert: alert('firing', `i-${i}`) }));
    expect(box.queue).toHaveLength(mostWaiting);
    expect(box.queue.slice(0, 2).map(({ issue }) => issue)).toEqual(['i-0', 'i-1']);
    expect(box.seen.length).toBeLessThan(mostWaiting);
  });
});
