import type { Step } from '../../tests/_util/decider-specification';
import {
  acquire,
  acquired,
  alarm,
  alarmOf,
  at,
  doing,
  given,
  release,
  released,
  report,
  targetAfter,
} from '../../tests/_util/target-specification';
import { isDomainError } from '../core/errors';

describe('the lease of a holder', () => {
  it('wakes the target at its end, and then the owner is asked', () => {
    const agent = targetAfter(acquire('a', 0), acquire('b', 1));
    expect(alarmOf(agent)).toBe(at(60));
    const { events, effects, next } = doing(agent, alarm(60));
    expect(events).toEqual([['OwnerInquired', { owner: 'a', askAgainAt: at(120) }]]);
    expect(effects).toEqual([{ type: 'inquire', agent: 'a', about: 'a1', id: `a1:${next.sequence}` }]);
    expect(alarmOf(next)).toBe(at(120));
    expect(alarmOf(targetAfter())).toBeNull();
  });

  it('asks nobody before that, and again where nobody answered, each time by another id', () => {
    given(acquire('a', 0)).when(alarm(59)).thenNothingHappened();
    given(acquire('a', 0), alarm(60)).when(alarm(119)).thenNothingHappened();
    const first = doing(targetAfter(acquire('a', 0)), alarm(60));
    const second = doing(first.next, alarm(120));
    expect(second.effects).toMatchObject([{ type: 'inquire', agent: 'a' }]);
    expect(second.effects).not.toEqual(first.effects);
  });

  it('takes the moment of the alarm for come, though the clock says a little less', () => {
    given(acquire('a', 0))
      .when({ ...alarm(60), at: at(59.999) })
      .then({ type: 'OwnerInquired', data: { owner: 'a', askAgainAt: at(120) } });
  });

  it('is renewed for the living, for longer each time up to ten minutes', () => {
    given(acquire('a', 0))
      .when(report('a', true, 30))
      .thenNothingHappened();
    let agent = targetAfter(acquire('a', 0));
    const leases: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const due = alarmOf(agent) ?? '';
      agent = doing(agent, { type: 'Alarm', data: { at: due }, at: due }).next;
      agent = doing(agent, { type: 'ReportOwner', data: { owner: 'a', alive: true }, at: due }).next;
      const [holder] = agent.state.holders;
      expect(holder?.askAgainAt).toBeUndefined();
      expect(Date.parse(holder?.until ?? '') - Date.parse(due)).toBe((holder?.lease ?? 0) * 1000);
      leases.push(holder?.lease ?? 0);
    }
    expect(leases).toEqual([120, 240, 480, 600, 600, 600]);
  });

  it('ends for the dead, and the next in line is served; what the dead waited for is dropped', () => {
    given(acquire('a', 0), acquire('b', 1), alarm(60))
      .when(report('a', false, 61))
      .then({ type: 'LeaseExpired', data: { owner: 'a' } }, acquired('b', 61, { waited: true }));
    given(acquire('a', 0), acquire('b', 1))
      .when(report('b', false, 2))
      .then(released('b', { held: false }));
    given(acquire('a', 0))
      .when(report('z', false, 2))
      .thenNothingHappened();
    const { recent, lastEndedAt } = targetAfter(acquire('a', 0), alarm(60), report('a', false, 61)).state;
    expect([recent[0]?.outcome, lastEndedAt]).toEqual(['expired', at(61)]);
  });

  it('asks only those of several holders whose lease is over', () => {
    given(acquire('a', 0, { slots: 2 }), acquire('b', 30, { slots: 2 }))
      .when(alarm(60))
      .then({ type: 'OwnerInquired', data: { owner: 'a', askAgainAt: at(120) } });
  });
});

describe('the break of a lock', () => {
  const held = targetAfter(acquire('a', 0), acquire('b', 1));
  const step = (data: object): Step => ({ type: 'Break', data, at: at(5) });
  const refusal = (more: { roles?: string[]; reason?: string }, data: object = {}): string => {
    try {
      doing(held, step(data), { principal: 'ann', ...more });
    } catch (error) {
      return isDomainError(error) ? error.code : String(error);
    }
    return 'done';
  };

  it.each([['admin'], ['operator']])(
    'is recorded with who and why, for %s, and tells the old owner and the next',
    (role) => {
      const { events, effects, records } = doing(held, step({ owner: 'a' }), {
        principal: 'ann',
        roles: [role],
        reason: 'stuck',
      });
      expect(events).toEqual([
        ['LockBroken', { owner: 'a', by: 'ann', reason: 'stuck' }],
        ['TargetAcquired', acquired('b', 5, { waited: true }).data],
      ]);
      expect(records[0]).toMatchObject({ principal: 'ann', reason: 'stuck', messagetype: 'NOTIFICATION' });
      expect(effects).toEqual([
        {
          type: 'tell',
          agent: 'a',
          command: { id: 'a1:4', type: 'TargetLost', data: { key: 'service:web', by: 'ann', reason: 'stuck' } },
        },
        { type: 'tell', agent: 'b', command: { id: 'a1:5', type: 'TargetGranted', data: { key: 'service:web' } } },
      ]);
    },
  );

  it('needs a role, a reason and somebody who holds it', () => {
    expect(refusal({ reason: 'stuck' })).toBe('role_missing');
    expect(refusal({ roles: ['viewer'], reason: 'stuck' })).toBe('role_missing');
    expect(refusal({ roles: ['operator'] })).toBe('reason_required');
    expect(refusal({ roles: ['operator'], reason: '  ' })).toBe('reason_required');
    expect(refusal({ roles: ['admin'], reason: 'stuck' }, { owner: 'b' })).toBe('not_found');
    expect(refusal({ roles: ['admin'], reason: 'stuck' })).toBe('done');
  });

  it('frees all slots where no owner is named, and a late release of the old owner takes nothing from the new one', () => {
    const both = targetAfter(acquire('a', 0, { slots: 2 }), acquire('b', 1), acquire('c', 2));
    const { next } = doing(both, step({}), { principal: 'ann', roles: ['admin'], reason: 'stuck' });
    const after = doing(next, release('a', 6)).next;
    expect(after.state.holders.map(({ owner }) => owner)).toEqual(['c']);
    expect(after.state.recent.map(({ outcome }) => outcome)).toEqual(['broken', 'broken', null]);
  });
});
