import { connect, type NatsConnection } from 'nats';
import type { Pool } from 'pg';
import type { EventRecord } from '../../actors/core/event';
import { checkChain } from '../../actors/core/hash-chain';
import { connectionOptions } from '../../infra/nats/connection';
import { DurableFeed } from '../../infra/nats/consumer';
import { StreamReader } from '../../infra/nats/event-bus';
import { subjectOf } from '../../infra/nats/publisher';
import { createPool } from '../../infra/postgres/pool';
import { chainOf, silent, until } from '../../projections/_util/fixtures';
import { contextOf, FakeHistory, ledgerOf } from '../../projections/_util/ledger';
import { Reconciler } from '../../projections/reconcile';
import { runProjector } from '../../projections/run-projector';
import { startTestServers, type TestServers } from '../_util/servers';

jest.setTimeout(240_000);

/** The records of some agents, by agent. */
function chainsOf(name: string, agents: number, length: number): Map<string, EventRecord[]> {
  return new Map(Array.from({ length: agents }, (_, i) => [`${name}${i}`, chainOf(`${name}${i}`, length)]));
}

describe('messages that the broker has stored', () => {
  let servers: TestServers<'nats' | 'postgres'>;
  let pool: Pool;
  const history = new FakeHistory();
  beforeAll(async () => {
    servers = await startTestServers({ nats: true, postgres: true });
    pool = createPool(servers.postgres.url, silent);
  });
  afterAll(async () => {
    await pool.end();
    await servers.stop();
  });

  type Limits = { maxMessages: number; maxAgeHours: number };

  /** Runs a projector until stopped. */
  async function startProjector(limits: Limits): Promise<{ stop(): Promise<void> }> {
    const stop = new AbortController();
    const feed = new DurableFeed([servers.nats.url], limits, silent);
    let ready = false;
    const running = runProjector(contextOf(pool), feed, history, servers.postgres.url, stop.signal, () => {
      ready = true;
    });
    await until(() => ready);
    return {
      stop: async () => {
        stop.abort();
        await running;
        await feed.close();
      },
    };
  }

  /** Straight into the stream, one agent beside the other, each in its order. */
  async function store(chains: Map<string, EventRecord[]>): Promise<void> {
    const connection: NatsConnection = await connect(connectionOptions([servers.nats.url], 'test'));
    const js = connection.jetstream({ timeout: 30_000 });
    const lists = [...chains.values()];
    for (let at = 0; lists.some((list) => at < list.length); at += 50) {
      const some = lists.flatMap((list) => list.slice(at, at + 50));
      await Promise.all(
        some.map((record) => js.publish(subjectOf(record), JSON.stringify(record), { msgID: record.id })),
      );
    }
    await connection.close();
  }

  const inLedger = async (like: string): Promise<number> => {
    const { rows } = await pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM events WHERE agent_id LIKE $1',
      [like],
    );
    return rows[0]?.count ?? 0;
  };

  it('are all there after it was killed, 50,000 of them, and who consumes them goes on where it was', async () => {
    const limits = { maxMessages: 100_000, maxAgeHours: 24 };
    const chains = chainsOf('k', 50, 1_000);
    const reader = new StreamReader([servers.nats.url], limits, silent);
    const positions: number[] = [];
    const live = await reader.subscribeLive(
      (position) => void positions.push(position),
      () => undefined,
    );
    const projector = await startProjector(limits);
    try {
      await store(chains);
      await until(async () => (await inLedger('k%')) > 2_000, 60_000);
      await servers.nats.kill();
      expect(await inLedger('k%')).toBeLessThan(50_000);
      await servers.startAgain('nats');
      await until(async () => (await reader.bounds().catch(() => null))?.last === 50_000);
      expect(await reader.bounds()).toEqual({ first: 1, last: 50_000 });
      await until(() => positions.length >= 50_000, 60_000);
      expect(positions).toEqual(Array.from({ length: 50_000 }, (_, i) => i + 1));
      await until(async () => (await inLedger('k%')) === 50_000, 120_000);
      await until(async () => (await reader.projectorBacklog()).unacked === 0);
      expect(await reader.projectorBacklog()).toMatchObject({ waiting: 0, unacked: 0, dropped: 0 });
      for (const [id, chain] of chains) expect(await ledgerOf(pool, id)).toEqual(chain);
    } finally {
      await projector.stop();
      await live.close();
      await reader.close();
    }
  });

  it('are too many for the stream while the projector stands still: that shows, and the agents have what was dropped', async () => {
    const limits = { maxMessages: 1_000, maxAgeHours: 24 };
    const reader = new StreamReader([servers.nats.url], limits, silent);
    const chains = chainsOf('f', 8, 250);
    // Nothing of this one is left on the stream, and it does nothing any more that would show it.
    const idle = chainsOf('idle', 1, 20);
    for (const [id, chain] of [...chains, ...idle]) history.add(id, chain);
    try {
      await (await startProjector(limits)).stop();
      expect(await reader.health()).toBe('ok');
      await store(idle);
      await store(new Map([...chains].map(([id, chain]) => [id, chain.slice(0, 110)])));
      expect(await reader.projectorBacklog()).toMatchObject({ waiting: 900, dropped: 0 });
      expect(await reader.health()).toBe('degraded');
      await store(new Map([...chains].map(([id, chain]) => [id, chain.slice(110)])));
      expect(await reader.projectorBacklog()).toMatchObject({ dropped: 1_020 });
      expect(await reader.health()).toBe('degraded');

      const projector = await startProjector(limits);
      await until(async () => (await inLedger('f%')) === 2_000, 60_000);
      await projector.stop();
      expect(await reader.health()).toBe('ok');
      const checkpoints = {
        async *sequences() {
          yield new Map([...chains, ...idle].map(([id, { length }]) => [id, length]));
        },
      };
      const stop = new AbortController();
      const reconciling = new Reconciler(contextOf(pool), history, checkpoints).run(stop.signal, 100);
      await until(async () => (await inLedger('idle%')) === 20);
      stop.abort();
      await reconciling;
      for (const [id, chain] of [...chains, ...idle]) {
        expect(await ledgerOf(pool, id)).toEqual(chain);
        expect(checkChain(chain)).toBeNull();
      }
    } finally {
      await reader.close();
    }
  });
});
