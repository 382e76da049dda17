import { agentAfter } from '../../tests/_util/decider-specification';
import { flags } from '../flags/flags';
import { applyCommand } from './agent';
import { fitting, jsonBytes, jsonGrowth } from './json-size';
import { StateRoom } from './state-room';

const set = (key: string, value: string) => ({ type: 'SetFlag', data: { key, value } });
const command = (id: string, order: { type: string; data: unknown }) => ({ ...order, id, principal: 'ada' });

describe('the size of JSON', () => {
  it('is counted in bytes of UTF-8, and never too low', () => {
    for (const value of [null, { a: [1, 'ä', '€'] }, 'plain', { text: '\u0000"\\' }]) {
      expect(jsonBytes(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
    }
    expect(jsonBytes('😀')).toBeGreaterThanOrEqual(Buffer.byteLength('"😀"'));
    expect(jsonBytes(undefined)).toBe(0);
  });

  it('tells how many go together, and that is one at the least', () => {
    const items = [{ a: 'x'.repeat(50) }, { a: 'y'.repeat(50) }, { a: 'z' }];
    expect(fitting(items, 10)).toHaveLength(1);
    expect(fitting(items, 124)).toHaveLength(2);
    expect(fitting(items, 1000)).toHaveLength(3);
    expect(fitting([], 10)).toEqual([]);
  });
});

describe('the growth of JSON', () => {
  it('is the difference of two sizes, but for a few commas', () => {
    const shared = { deep: { list: [{ a: 1 }, 'ä', null], text: 'x'.repeat(100) } };
    const changes: [object, object][] = [
      [{ shared }, { shared }],
      [{ shared }, { shared, more: 'ä'.repeat(50) }],
      [{ shared, more: 'gone' }, { shared }],
      [{ shared }, { shared: { deep: { ...shared.deep, list: [...shared.deep.list, { b: [1, 2] }] } } }],
      [{ a: { b: 1 } }, { a: 'no object any more' }],
      [{ a: [1, 2] }, { a: null }],
    ];
    for (const [before, after] of changes) {
      expect(Math.abs(jsonGrowth(before, after) - (jsonBytes(after) - jsonBytes(before)))).toBeLessThanOrEqual(3);
      expect(Math.abs(jsonGrowth(before, after) + jsonGrowth(after, before))).toBeLessThanOrEqual(3);
    }
  });

  it('does not look into what both share', () => {
    const shared = Object.defineProperty({}, 'never', {
      enumerable: true,
      get: () => {
        throw new Error('read');
      },
    });
    expect(jsonGrowth({ shared, n: 1 }, { shared, n: 22 })).toBe(1);
  });
});

describe('the room for a state', () => {
  it('refuses what would make it too large, and lets through what makes it smaller', () => {
    let agent = agentAfter(flags, {});
    const room = new StateRoom(agent.state, 3000);
    const apply = (order: { type: string; data: unknown }, id: string): void => {
      const applied = applyCommand(flags, agent, command(id, order), '2026-01-01T00:00:00.000Z');
      room.check(agent.state, applied.agent.state);
      room.add(agent.state, applied.agent.state);
      agent = applied.agent;
    };
    for (const [i, key] of ['a', 'b', 'c'].entries()) apply(set(key, 'x'.repeat(900)), `c${i}`);
    expect(() => apply(set('d', 'x'.repeat(900)), 'c3')).toThrow('an agent holds 3000');
    expect(Object.keys((agent.state as { flags: object }).flags)).toEqual(['a', 'b', 'c']);
    apply({ type: 'RemoveFlag', data: { key: 'a' } }, 'c4');
    apply(set('d', 'x'.repeat(900)), 'c5');
    // Changing one over and over takes no more room, whatever the sum of the records is.
    for (let i = 0; i < 20; i += 1) apply(set('d', String(i).repeat(400)), `d${i}`);
    expect(jsonBytes(agent.state)).toBeLessThan(3000);
  });

  it('refuses a command whose data alone is too much', () => {
    const agent = agentAfter(flags, {});
    const huge = command('c', { type: 'SetConfig', data: { config: { x: 'y'.repeat(300_000) } } });
    expect(() => applyCommand(flags, agent, huge, '2026-01-01T00:00:00.000Z')).toThrow('is larger than');
  });
});
