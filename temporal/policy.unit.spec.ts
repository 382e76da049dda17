import { setTimeout as delay } from 'node:timers/promises';
import { checkedConfig } from '../actors/core/validate';
import { policy } from '../actors/policy/policy';
import { AgentFailure } from './failures';
import { PolicyReader } from './policy';
import { AgentsInMemory } from './stand-ins';

const away = new AgentFailure('unavailable', 'the agent did not answer in time', 2);

function setUp() {
  const agents = new AgentsInMemory();
  const errors: unknown[] = [];
  const reader = new PolicyReader(agents, {
    patienceMs: 20,
    now: () => agents.now,
    onError: (error) => errors.push(error),
  });
  const change = async (max_targets: number): Promise<void> => {
    const data = { config: checkedConfig(policy, { max_targets }) };
    await agents.send('policy', [{ id: `set ${max_targets}`, type: 'SetConfig', data, principal: 'ann' }]);
    agents.calls.length = 0;
  };
  return { agents, reader, errors, change };
}

describe('the policy reader', () => {
  it('makes the policy where there is none, once', async () => {
    const { agents, reader } = setUp();
    expect(await reader.read()).toMatchObject({ freezes: [], max_targets: 100 });
    await reader.ensure();
    expect(agents.records).toHaveLength(1);
    expect(agents.records[0]).toMatchObject({ principal: 'system:stack', source: '/agents/policy' });
  });

  it('reads again when what it knows is three seconds old', async () => {
    const { agents, reader, change } = setUp();
    await reader.read();
    await change(7);
    agents.now += 2999;
    expect((await reader.read()).max_targets).toBe(100);
    expect(agents.calls).toEqual([]);
    agents.now += 1;
    expect((await reader.read()).max_targets).toBe(7);
    expect(agents.calls).toEqual(['view']);
  });

  it('reads once for all who ask at the same time', async () => {
    const { agents, reader, change } = setUp();
    await reader.ensure();
    await change(7);
    const read = await Promise.all(Array.from({ length: 10 }, () => reader.read()));
    expect(new Set(read.map(({ max_targets }) => max_targets))).toEqual(new Set([7]));
    expect(agents.calls).toEqual(['view']);
  });

  it('goes by the last known policy where Temporal is away, and says so', async () => {
    const { agents, reader, errors, change } = setUp();
    await reader.ensure();
    await change(7);
    await reader.read();
    agents.now += 5000;
    const view = jest.spyOn(agents, 'view').mockRejectedValue(away);
    expect((await reader.read()).max_targets).toBe(7);
    expect(errors).toEqual([away]);
    view.mockRestore();
    await change(8);
    expect((await reader.read()).max_targets).toBe(8);
  });

  it('waits only so long where it knows an older one, and takes the new one when it comes', async () => {
    const { agents, reader, change } = setUp();
    await reader.ensure();
    await reader.read();
    await change(7);
    agents.now += 5000;
    let answer = (): void => undefined;
    const slow = new Promise<void>((resolve) => (answer = resolve));
    const newest = await agents.view('policy');
    const view = jest.spyOn(agents, 'view').mockImplementation(() => slow.then(() => newest));
    expect((await reader.read()).max_targets).toBe(100);
    answer();
    await delay(0);
    expect((await reader.read()).max_targets).toBe(7);
    expect(view).toHaveBeenCalledTimes(1);
  });

  it('has no policy to go by where none was ever read', async () => {
    const { agents, reader } = setUp();
    jest.spyOn(agents, 'view').mockRejectedValue(away);
    await expect(reader.read()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
