import { eventName } from '../actors/core/event';
import { targetAgentId } from '../actors/target/key';
import type { TargetState } from '../actors/target/state';
import { AgentsInMemory } from './stand-ins';
import { TargetLocks } from './target-locks';

const key = 'service:web';
const agent = targetAgentId(key);

function setUp() {
  const agents = new AgentsInMemory();
  const locks = new TargetLocks(agents, () => agents.now);
  const state = async (): Promise<TargetState> => (await agents.view(agent)).state as TargetState;
  const events = (): string[] => agents.records.map(eventName);
  return { agents, locks, state, events };
}

describe('target locks', () => {
  it('make the target of a key that nobody has asked for before', async () => {
    const { agents, locks, events } = setUp();
    expect(await locks.acquire({ key, owner: 'r1' })).toEqual({ status: 'held', agent, holders: ['r1'] });
    expect(events()).toEqual(['AgentCreated', 'TargetAcquired']);
    expect(agents.records[1]).toMatchObject({ principal: 'system:run', source: `/agents/${agent}` });
    expect((await agents.view(agent)).config).toMatchObject({ key });
  });

  it('need one call each where the target is there', async () => {
    const { agents, locks } = setUp();
    await locks.acquire({ key, owner: 'r1' });
    agents.calls.length = 0;
    await locks.acquire({ key, owner: 'r2' });
    await locks.release({ key, owner: 'r1' });
    expect(agents.calls).toEqual(['send', 'send']);
  });

  it('bear that two make the target at once', async () => {
    const { agents, locks, state } = setUp();
    const answers = await Promise.all(['r1', 'r2', 'r3'].map((owner) => locks.acquire({ key, owner })));
    expect(answers.map(({ status }) => status).sort()).toEqual(['held', 'queued', 'queued']);
    expect(agents.records.filter((record) => eventName(record) === 'AgentCreated')).toHaveLength(1);
    expect((await state()).queue).toHaveLength(2);
  });

  it('put a second one in line, and tell for whom it waits', async () => {
    const { agents, locks } = setUp();
    await locks.acquire({ key, owner: 'r1' });
    expect(await locks.acquire({ key, owner: 'r2' })).toEqual({ status: 'queued', agent, holders: ['r1'] });
    await locks.release({ key, owner: 'r1', outcome: 'succeeded' });
    expect(agents.effects).toMatchObject([
      { type: 'tell', agent: 'r2', command: { type: 'TargetGranted', data: { key } } },
    ]);
    expect(await locks.acquire({ key, owner: 'r2' })).toEqual({ status: 'held', agent, holders: ['r2'] });
  });

  it('answer a retry as they answered before, without another event', async () => {
    const { locks, events } = setUp();
    await locks.acquire({ key, owner: 'r1' });
    await locks.acquire({ key, owner: 'r2' });
    const before = events();
    expect(await locks.acquire({ key, owner: 'r1' })).toEqual({ status: 'held', agent, holders: ['r1'] });
    expect(await locks.acquire({ key, owner: 'r2' })).toEqual({ status: 'queued', agent, holders: ['r1'] });
    expect(events()).toEqual(before);
  });

  it('can be taken and given back again and again by the same owner', async () => {
    const { locks, state, events } = setUp();
    for (let i = 0; i < 5; i += 1) {
      expect(await locks.acquire({ key, owner: 'r1', step: 's' })).toMatchObject({ status: 'held' });
      expect((await state()).holders).toHaveLength(1);
      await locks.release({ key, owner: 'r1', step: 's' });
      await locks.release({ key, owner: 'r1', step: 's' });
      expect((await state()).holders).toHaveLength(0);
    }
    expect(events().filter((name) => name === 'TargetAcquired')).toHaveLength(5);
    expect(events().filter((name) => name === 'TargetReleased')).toHaveLength(5);
  });

  it('need two tries at most for the hundredth time', async () => {
    const { agents, locks } = setUp();
    for (let i = 0; i < 100; i += 1) {
      await locks.acquire({ key, owner: 'r1' });
      await locks.release({ key, owner: 'r1' });
    }
    agents.calls.length = 0;
    await locks.acquire({ key, owner: 'r1' });
    expect(agents.calls).toEqual(['send', 'view', 'send']);
  });

  it('do nothing for a command of an earlier time that comes late', async () => {
    const { agents, locks, state } = setUp();
    const sent: Parameters<AgentsInMemory['send']>[] = [];
    const spied = Object.assign(Object.create(agents) as AgentsInMemory, {
      send: (...args: Parameters<AgentsInMemory['send']>) => {
        sent.push(args);
        return agents.send(...args);
      },
    });
    const spying = new TargetLocks(spied, () => agents.now);
    await spying.acquire({ key, owner: 'r1' });
    await spying.release({ key, owner: 'r1' });
    await locks.acquire({ key, owner: 'r2' });
    for (const args of sent) await agents.send(...args);
    expect(await state()).toMatchObject({ holders: [{ owner: 'r2' }], queue: [] });
  });

  it('tell a veto, the same to a retry, and ask anew when its time is over', async () => {
    const { agents, locks, events } = setUp();
    const guarded = { key, owner: 'r2', guards: { cooldown: 100 } };
    await locks.acquire({ key, owner: 'r1' });
    await locks.release({ key, owner: 'r1' });
    const veto = { status: 'vetoed', code: 'cooldown', until: '2026-01-01T00:01:40.000Z' };
    expect(await locks.acquire(guarded)).toMatchObject(veto);
    expect(await locks.acquire(guarded)).toMatchObject(veto);
    expect(events().filter((name) => name === 'TargetVetoed')).toHaveLength(1);
    agents.now += 100_000;
    expect(await locks.acquire(guarded)).toMatchObject({ status: 'held' });
  });

  it('take as many as a group has slots', async () => {
    const { locks } = setUp();
    const answers = [];
    for (const owner of ['r1', 'r2', 'r3']) answers.push(await locks.acquire({ key, owner, slots: 2 }));
    expect(answers.map(({ status }) => status)).toEqual(['held', 'held', 'queued']);
  });

  it('cover the steps of a run that holds the target', async () => {
    const { locks, state } = setUp();
    await locks.acquire({ key, owner: 'r1' });
    expect(await locks.acquire({ key, owner: 'r1', step: 's' })).toMatchObject({ status: 'held' });
    await locks.release({ key, owner: 'r1', step: 's' });
    expect((await state()).holders).toMatchObject([{ owner: 'r1' }]);
  });

  it('veto where too many wait, and have nothing to give back where nothing is', async () => {
    const { locks } = setUp();
    await locks.release({ key, owner: 'r1' });
    for (let i = 0; i < 1001; i += 1) await locks.acquire({ key, owner: `r${i}` });
    expect(await locks.acquire({ key, owner: 'last' })).toMatchObject({ status: 'vetoed', code: 'limit_reached' });
  });

  it('refuse what no target takes', async () => {
    const { locks } = setUp();
    await expect(locks.acquire({ key, owner: '' })).rejects.toMatchObject({ code: 'invalid_command' });
  });
});
