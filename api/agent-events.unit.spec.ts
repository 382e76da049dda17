import pino from 'pino';
import { AgentEvents } from './agent-events';
import { AgentMoments } from './agent-moments';
import { emptyLedger, historyOf, MemoryAgents, noSnapshots, startTestApi } from './stand-ins';

/** An agent of five events whose ledger has lost the first three to their age, while Temporal still has all. */
async function aged(): Promise<{ agents: MemoryAgents; events: AgentEvents; moments: AgentMoments }> {
  const agents = new MemoryAgents();
  const config = { checkpoint_interval: 60, log_level: 'info', max_flags: 500 };
  await agents.create({ kind: 'flags', id: 'old', name: 'old', config, command: { id: '0', principal: 'ann' } });
  const set = (n: number) => ({ id: `${n}`, type: 'SetFlag', data: { key: 'a', value: n }, principal: 'ann' });
  await agents.send('old', [1, 2, 3, 4].map(set));
  const records = agents.records.get('old') ?? [];
  const ledger = {
    ...emptyLedger,
    expiredTo: async () => 3,
    events: async (_: string, from: number, to: number, limit: number) =>
      records.filter(({ sequence }) => sequence > 3 && sequence >= from && sequence <= to).slice(0, limit),
  };
  const events = new AgentEvents(ledger, historyOf(agents));
  return { agents, events, moments: new AgentMoments(events, ledger, noSnapshots, pino({ level: 'silent' })) };
}

describe('events that have expired', () => {
  it('are a clear problem, in every form, and never silently nothing', async () => {
    const past = await aged();
    await using api = await startTestApi(past);
    for (const [path, accept] of [
      ['agents/old/events', 'application/json'],
      ['agents/old/events', 'application/x-ndjson'],
      ['agents/old/events?from=3&to=3', 'application/json'],
      ['agents/old/state?at=5', 'application/json'],
      ['agents/old/diff?from=1&to=5', 'application/json'],
    ] as const) {
      const response = await api.call('GET', path, undefined, { accept });
      expect([path, response.status]).toEqual([path, 410]);
      expect(await response.json()).toMatchObject({
        code: 'records_expired',
        detail: 'events 1 to 3 of agent old have expired; ask from 4 on',
      });
    }
    const kept = await api.call('GET', 'agents/old/events?from=4');
    const page = (await kept.json()) as { events: { sequence: number }[] };
    expect(page.events.map(({ sequence }) => sequence)).toEqual([4, 5]);
  });
});
