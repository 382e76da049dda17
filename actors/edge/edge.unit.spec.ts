import { agentAfter, apply } from '../../tests/_util/decider-specification';
import { systemRole } from '../core/command';
import { eventName } from '../core/event';
import { edge, edgeActTypes } from './edge';

const fact = { method: 'POST /api/v1/auth/login', address: '127.0.0.1', requestId: 'r-1' };
const act = (type: string, who: object = {}) => ({
  type: 'RecordAct',
  data: { type, ...fact },
  principal: 'ada',
  roles: [systemRole],
  ...who,
});

describe('the audit trail of the edge', () => {
  it('records each kind of act in the name of who did it, and counts', () => {
    let agent = agentAfter(edge, {});
    for (const [index, type] of edgeActTypes.entries()) {
      const { records, agent: next } = apply(edge, agent, act(type, { reason: 'why' }), index);
      expect(records.map(eventName)).toEqual([type]);
      expect(records[0]).toMatchObject({ principal: 'ada', reason: 'why', data: fact });
      agent = next;
    }
    const again = apply(edge, agent, act('LoggedIn'), 100).agent.state as { counts: Record<string, number> };
    expect(again.counts).toMatchObject({ LoggedIn: 2, LoggedOut: 1 });
  });

  it('takes nothing from people, and no act that it does not know', () => {
    const agent = agentAfter(edge, {});
    expect(() => apply(edge, agent, act('LoggedIn', { roles: ['admin'] }), 1)).toThrow('by Ymera itself only');
    expect(() => apply(edge, agent, act('Vanished'), 1)).toThrow('is not valid');
  });
});
