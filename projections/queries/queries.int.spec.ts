import type { Pool } from 'pg';
import { createAgent } from '../../actors/core/agent';
import { checkedConfig } from '../../actors/core/validate';
import { devops } from '../../actors/devops/devops';
import { createPool } from '../../infra/postgres/pool';
import { chainOf, silent } from '../_util/fixtures';
import { contextOf } from '../_util/ledger';
import { startTestServers, type TestServers } from '../../tests/_util/servers';
import { migrate } from '../migrate';
import { projectBatch } from '../project-batch';
import { countAgents, findAgent, listAgents } from './agents';
import { ledgerHead, readByPosition, readEvents, streamEvents } from './events';

jest.setTimeout(90_000);

describe('queries', () => {
  let servers: TestServers<'postgres'>;
  let pool: Pool;

  beforeAll(async () => {
    servers = await startTestServers({ postgres: true });
    const { url } = servers.postgres;
    await migrate(url);
    pool = createPool(url, silent);
    const chains = Array.from({ length: 25 }, (_, i) => chainOf(`agent-${String(i).padStart(2, '0')}`, 2));
    const records = [...chains.flat(), ...chainOf('long', 1_234)];
    await projectBatch(
      contextOf(pool),
      records.map((record, i) => ({ record, position: i + 1 })),
    );
  });
  afterAll(async () => {
    await pool.end();
    await servers.stop();
  });

  it('pages through all agents, each once', async () => {
    const ids: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await listAgents(pool, {}, 10, cursor);
      ids.push(...page.agents.map(({ id }) => id));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(ids).toHaveLength(26);
    expect(new Set(ids).size).toBe(26);
    expect(await countAgents(pool)).toEqual({ running: 26, stopped: 0 });
  });

  it('filters, and takes wildcards for what they are', async () => {
    const ids = async (q: string): Promise<string[]> => (await listAgents(pool, { q }, 50)).agents.map(({ id }) => id);
    expect((await ids('agent-1')).sort()).toEqual(Array.from({ length: 10 }, (_, i) => `agent-1${i}`));
    expect(await ids('the LONG')).toEqual(['long']);
    expect(await ids('%')).toEqual([]);
    expect((await listAgents(pool, { kind: 'devops' }, 5)).agents).toEqual([]);
    expect((await listAgents(pool, { status: 'running' }, 5)).agents).toHaveLength(5);
    expect((await listAgents(pool, {}, 5, 'nonsense')).agents).toHaveLength(5);
    const chosen = await listAgents(pool, { ids: ['long', 'agent-03', 'none'] }, 50);
    expect(chosen.agents.map(({ id }) => id).sort()).toEqual(['agent-03', 'long']);
  });

  it('shows an agent in a list as it stands', async () => {
    const [agent] = (await listAgents(pool, { q: 'long' }, 1)).agents;
    const folded = await findAgent(pool, 'long');
    expect(agent).toEqual({
      id: 'long',
      kind: 'flags',
      name: 'The long',
      status: 'running',
      configVersion: 1,
      sequence: 1_234,
      hash: folded?.hash,
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: folded?.updatedAt,
      lastEventType: 'FlagSet',
      health: null,
    });
    expect(await findAgent(pool, 'none')).toBeNull();
  });

  it('tells the health of what an agent looks after, also where a row is older than that', async () => {
    const target = { name: 'web', probe: { type: 'http', url: 'http://127.0.0.1:1/' } };
    const born = createAgent(
      devops,
      {
        kind: 'devops',
        id: 'watch',
        name: 'Watch',
        config: checkedConfig(devops, { targets: [target] }),
        command: { id: 'watch-0', principal: 'ann' },
      },
      '2026-01-01T00:00:00.000Z',
    );
    await projectBatch(
      contextOf(pool),
      born.records.map((record, i) => ({ record, position: 10_000 + i })),
    );
    const health = async () => (await listAgents(pool, { kind: 'devops' }, 5)).agents.map((agent) => agent.health);
    const expected = [{ status: 'unknown', targets: 1, failing: 0, mending: 0 }];
    expect(await health()).toEqual(expected);
    await pool.query(`UPDATE agents SET health = NULL WHERE id = 'watch'`);
    expect(await health()).toEqual(expected);
    await pool.query(`DELETE FROM agents WHERE id = 'watch'`);
  });

  it('reads events by range, as a stream, and by position', async () => {
    const chain = chainOf('long', 1_234);
    expect(await readEvents(pool, 'long', 10, 20, 5)).toEqual(chain.slice(9, 14));
    const streamed = [];
    for await (const record of streamEvents(pool, 'long')) streamed.push(record);
    expect(streamed).toEqual(chain);
    const part = [];
    for await (const record of streamEvents(pool, 'long', 600, 1_100)) part.push(record.sequence);
    expect([part.length, part[0], part.at(-1)]).toEqual([501, 600, 1_100]);
    expect(await ledgerHead(pool, 'long')).toEqual({ sequence: 1_234, hash: chain.at(-1)?.hash });
    expect(await ledgerHead(pool, 'none')).toBeNull();
    expect((await readByPosition(pool, 50, 3)).map(({ position }) => position)).toEqual([51, 52, 53]);
  });

  it('lists the agents that patterns mean', async () => {
    const { agents } = await listAgents(pool, { patterns: ['agent-1*', 'long'] }, 50);
    expect(agents.map(({ id }) => id).sort()).toEqual([...Array.from({ length: 10 }, (_, i) => `agent-1${i}`), 'long']);
    expect((await listAgents(pool, { patterns: ['agent_1*'] }, 50)).agents).toEqual([]);
  });
});
