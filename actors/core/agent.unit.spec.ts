import { agentAfter, specify, start } from '../../tests/_util/decider-specification';
import { flags } from '../flags/flags';
import { kinds } from '../registry';
import { applyCommand, createAgent } from './agent';
import { foldAgent, unborn } from './agent-state';
import { forkOf } from './fork';
import { checkChain, genesisHash, hashOf } from './hash-chain';
import { DedupeWindow, windowSize } from './dedupe-window';
import { mostForkBytes } from './limits';

const config = { checkpoint_interval: 60, log_level: 'info', max_flags: 500 };
const creation = {
  kind: 'flags',
  id: 'a1',
  name: 'One',
  config,
  command: { id: 'c0', principal: 'ada', reason: 'why' },
};
const set = (i: number) => ({ id: `c${i}`, principal: 'ada', type: 'SetFlag', data: { key: 'k', value: i } });

function chain(length: number) {
  let applied = createAgent(flags, creation, start);
  const records = [...applied.records];
  for (let i = 1; i < length; i += 1) {
    applied = applyCommand(flags, applied.agent, set(i), start);
    records.push(...applied.records);
  }
  return records;
}

describe('a record', () => {
  it('is a CloudEvent with its place in the chain', () => {
    const [first] = chain(1);
    expect(first).toMatchObject({
      specversion: '1.0',
      id: 'a1:1',
      source: '/agents/a1',
      type: 'ymera.flags.AgentCreated',
      time: start,
      datacontenttype: 'application/json',
      sequence: 1,
      messagetype: 'EVENT',
      commandid: 'c0',
      principal: 'ada',
      reason: 'why',
      prevhash: genesisHash,
    });
    const { hash, ...content } = first as NonNullable<typeof first>;
    expect(hash).toBe(hashOf(content));
  });

  it('hashes the RFC 8785 form, whatever the order of keys', () => {
    expect(hashOf({ b: 1e21, a: 'é' })).toBe(hashOf({ a: 'é', b: 1e21 }));
    // printf '{"a":"é","b":1e+21}' | sha256sum
    expect(hashOf({ b: 1e21, a: 'é' })).toBe('14a8364c49bef5cbb59fce4595d6e7d0c5cda694efd9f8bcdf25a1c1d4e64695');
  });
});

describe('a chain', () => {
  it('holds as it was made', () => expect(checkChain(chain(20))).toBeNull());

  it.each([
    [
      'an altered record',
      (r: ReturnType<typeof chain>) => ((r[4] as { data: unknown }).data = { key: 'k', value: 99 }),
      { sequence: 5, fault: 'altered' },
    ],
    ['a missing record', (r: ReturnType<typeof chain>) => r.splice(4, 1), { sequence: 5, fault: 'gap' }],
    [
      'another record in its place',
      (r: ReturnType<typeof chain>) => (r[4] = { ...chain(5)[4]!, prevhash: genesisHash }),
      { sequence: 5, fault: 'unlinked' },
    ],
  ])('shows %s', (_what, tamper, fault) => {
    const records = chain(10);
    tamper(records);
    expect(checkChain(records)).toEqual(fault);
  });
});

describe('config', () => {
  const { given } = specify(flags, {});
  const change = (max_flags: unknown, more = {}) => ({ type: 'SetConfig', data: { config: { max_flags }, ...more } });

  it('is filled with defaults and becomes a new version', () => {
    given()
      .when(change(7))
      .then({ type: 'ConfigChanged', data: { version: 2, config: { ...config, max_flags: 7 } } });
  });

  it.each([0, '7', 1e9])('refuses %j and changes nothing', (bad) => {
    given().when(change(bad)).thenRefused('invalid_config');
  });

  it('heeds the version that the sender has seen', () => {
    given(change(7))
      .when(change(8, { expectedVersion: 1 }))
      .thenRefused('version_conflict');
  });

  it('rolls back to a version by making a new one, and only to what that version was', () => {
    const old = agentAfter(flags, {}).config;
    given(change(7))
      .when({ type: 'RollbackConfig', data: { version: 1, config: old } })
      .then({ type: 'ConfigChanged', data: { version: 3, config: old, rollbackOf: 1 } });
    given(change(7))
      .when({ type: 'RollbackConfig', data: { version: 1, config: { ...config, max_flags: 9 } } })
      .thenRefused('version_not_found');
  });
});

describe('a stopped agent', () => {
  const { given } = specify(flags, {});
  it('takes no command', () => {
    given({ type: 'Stop', data: {} }).when(set(1)).thenRefused('agent_stopped');
  });
  it.each(['Nonsense', 'constructor', '__proto__'])('and a living one knows no command %s', (type) => {
    given().when({ type, data: {} }).thenRefused('unknown_command');
  });
});

describe('the window of commands', () => {
  it('remembers what it has seen, through being carried, and forgets the oldest', () => {
    const window = new DedupeWindow();
    for (let i = 0; i <= windowSize; i += 1) window.remember(`c${i}`, [i, i]);
    const carried = new DedupeWindow(window.carry());
    expect(carried.find('c0')).toBeUndefined();
    expect(carried.find('c1')).toEqual([1, 1]);
    expect(carried.find(`c${windowSize}`)).toEqual([windowSize, windowSize]);
    expect(JSON.stringify(window.carry()).length).toBeLessThan(17 * windowSize);
  });

  it('knows what each command made: nothing, many events, or some behind a gap', () => {
    // prettier-ignore
    const spans: [number, number][] = [[2, 2], [3, 3], [4, 3], [4, 3], [4, 9], [12, 12], [13, 13]];
    const window = new DedupeWindow();
    spans.forEach((span, i) => window.remember(`c${i}`, span));
    const carried = new DedupeWindow(new DedupeWindow(window.carry()).carry());
    expect(spans.map((_, i) => carried.find(`c${i}`))).toEqual(spans);
  });

  it('takes what an earlier release has carried', () => {
    const window = new DedupeWindow();
    window.remember('c', [5, 7]);
    const listed = new DedupeWindow([[window.carry().keys, 5, 3]]);
    expect(listed.find('c')).toEqual([5, 7]);
    expect(listed.carry()).toEqual(window.carry());
  });
});

describe('a fork', () => {
  const source = agentAfter(flags, {}, [set(1), set(2)]);

  it('is born with the state and the config of another agent, and names the record that it goes on from', () => {
    const fork = forkOf(flags, source);
    const { agent, records } = createAgent(flags, { ...creation, id: 'b', config: source.config, fork }, start);
    const forkedFrom = { agent: 'a1', sequence: 3, hash: source.hash };
    expect(records).toMatchObject([
      {
        type: 'ymera.flags.AgentForked',
        sequence: 1,
        prevhash: genesisHash,
        data: { name: 'One', config: source.config, version: 1, state: { flags: { k: 2 } }, forkedFrom },
      },
    ]);
    expect(agent).toMatchObject({ state: source.state, config: source.config, configVersion: 1, forkedFrom });
    expect(foldAgent(flags, unborn(flags, 'b'), records)).toEqual(agent);
    expect(checkChain(records)).toBeNull();
  });

  it('is refused where it would not fit into one record, and for kinds that have none', () => {
    const large = { ...source, state: { flags: { k: 'x'.repeat(mostForkBytes) } } };
    expect(() => forkOf(flags, large)).toThrow(expect.objectContaining({ code: 'limit_reached' }) as Error);
    for (const kind of kinds.filter(({ internal }) => internal)) {
      expect(() => forkOf(kind, source)).toThrow(expect.objectContaining({ code: 'not_allowed' }) as Error);
    }
  });
});
