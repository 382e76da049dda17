import type { EventRecord } from '../../../../actors/core/event';
import { AgentRows, type AgentRow } from './agent-rows';

const row = (id: string, more: Partial<AgentRow> = {}): AgentRow => ({
  id,
  kind: 'flags',
  name: id,
  status: 'running',
  configVersion: 1,
  sequence: 1,
  hash: '0',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  lastEventType: 'AgentCreated',
  health: null,
  ...more,
});
const event = (id: string, sequence: number, name = 'FlagSet', kind = 'flags', data: unknown = {}): EventRecord =>
  ({
    id: `${id}:${sequence}`,
    source: `/agents/${id}`,
    type: `ymera.${kind}.${name}`,
    sequence,
    hash: String(sequence),
    time: `2026-01-02T00:00:0${sequence}.000Z`,
    data,
  }) as EventRecord;
const kinds = new Set(['flags', 'devops']);
const ids = (rows: AgentRows): string[] => rows.list.map(({ id }) => id);

describe('the rows of a list of agents', () => {
  it('follow their events, and drop what they know', () => {
    const rows = new AgentRows({}, kinds);
    rows.append([row('b'), row('a', { sequence: 5 })]);
    const before = rows.list;
    expect(rows.hear([event('a', 4), event('a', 5)])).toBe(false);
    expect(rows.list).toBe(before);
    rows.hear([event('a', 6, 'ConfigChanged', 'flags', { version: 2 }), event('b', 2, 'AgentStopped')]);
    expect(rows.list[1]).toMatchObject({ sequence: 6, lastEventType: 'ConfigChanged', configVersion: 2, hash: '6' });
    expect(rows.list[0]).toMatchObject({ status: 'stopped' });
    expect(rows.due()).toEqual([]);
  });

  it('ask again where a gap is, until what they get is as new as what they heard', () => {
    const rows = new AgentRows({}, kinds);
    rows.append([row('a')]);
    rows.hear([event('a', 4)]);
    expect(rows.due()).toEqual(['a']);
    rows.place(['a'], [row('a', { sequence: 3 })]);
    expect(rows.list[0]).toMatchObject({ sequence: 3 });
    expect(rows.due()).toEqual(['a']);
    rows.place(['a'], [row('a', { sequence: 4 })]);
    expect(rows.due()).toEqual([]);
  });

  it('ask for the health that events alone do not tell', () => {
    const health = { status: 'well' as const, targets: 1, failing: 0, mending: 0 };
    const rows = new AgentRows({}, kinds);
    rows.append([row('w', { kind: 'devops', health })]);
    expect(rows.hear([event('w', 2, 'IssueDetected', 'devops')])).toBe(true);
    expect(rows.list[0]).toMatchObject({ sequence: 2, lastEventType: 'IssueDetected', health });
    expect(rows.due()).toEqual(['w']);
    rows.place(['w'], [row('w', { sequence: 1, kind: 'devops', health })]);
    expect(rows.list[0]).toMatchObject({ sequence: 2 });
    expect(rows.due()).toEqual(['w']);
  });

  it('put a new agent at its place, once the read side has it', () => {
    const rows = new AgentRows({}, kinds);
    rows.append([row('old')]);
    rows.hear([event('new', 1, 'AgentCreated', 'flags', { name: 'New' }), event('r1', 1, 'AgentCreated', 'run')]);
    expect(rows.due()).toEqual(['new']);
    rows.place(['new'], []);
    expect(rows.due()).toEqual(['new']);
    rows.place(['new'], [row('new', { createdAt: '2026-01-03T00:00:00.000Z' })]);
    expect(ids(rows)).toEqual(['new', 'old']);
    expect(rows.due()).toEqual([]);
  });

  it('keep what fits the filter alone', () => {
    const rows = new AgentRows({ status: 'running', q: 'sho' }, kinds);
    rows.append([row('shop')]);
    rows.hear([event('other', 1, 'AgentCreated', 'flags', { name: 'Other' })]);
    expect(rows.due()).toEqual([]);
    rows.hear([event('x', 1, 'AgentCreated', 'flags', { name: 'Shoes' })]);
    expect(rows.due()).toEqual(['x']);
    rows.hear([event('shop', 2, 'AgentStopped')]);
    expect(ids(rows)).toEqual([]);
  });

  it('know of an event that came before the page did', () => {
    const rows = new AgentRows({}, kinds);
    rows.hear([event('a', 2)]);
    rows.append([row('a')]);
    expect(rows.due()).toEqual(['a']);
  });
});
