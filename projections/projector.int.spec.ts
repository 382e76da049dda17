import { connect, type NatsConnection } from 'nats';
import type { Pool } from 'pg';
import type { EventRecord } from '../actors/core/event';
import { checkChain } from '../actors/core/hash-chain';
import { connectionOptions } from '../infra/nats/connection';
import { DurableFeed } from '../infra/nats/consumer';
import { StreamReader } from '../infra/nats/event-bus';
import { NatsPublisher, subjectOf } from '../infra/nats/publisher';
import { createPool } from '../infra/postgres/pool';
import { chainOf, forge, shuffled, silent, until } from './_util/fixtures';
import { contextOf, FakeHistory, ledgerOf } from './_util/ledger';
import { startTestServers, type TestServers } from '../tests/_util/servers';
import { ledgerHead, readByPosition, readFaults } from './queries/events';
import { Reconciler } from './reconcile';
import { runProjector } from './run-projector';

const limits = { maxMessages: 100_000, maxAgeHours: 24 };

jest.setTimeout(90_000);

describe('the projector', () => {
  let started: TestServers<'nats' | 'postgres'>;
  let pool: Pool;
  let servers: string[];
  let url: string;
  let publisher: NatsPublisher;
  const history = new FakeHistory();

  beforeAll(async () => {
    started = await startTestServers({ nats: true, postgres: true });
    servers = [started.nats.url];
    url = started.postgres.url;
    pool = createPool(url, silent);
    publisher = new NatsPublisher(servers, limits, silent);
  });
  afterAll(async () => {
    await publisher.close();
    await pool.end();
    await started.stop();
  });

  /** A projector that runs for as long as `work`. */
  async function whileProjecting(work: () => Promise<void>): Promise<void> {
    const stop = new AbortController();
    const feed = new DurableFeed(servers, limits, silent);
    let ready = false;
    const running = runProjector(contextOf(pool), feed, history, url, stop.signal, () => (ready = true));
    try {
      await until(() => ready);
      await work();
    } finally {
      stop.abort();
      await running;
      await feed.close();
    }
  }

  /** Sends records as they are, in this order, whatever their ids. */
  async function sendRaw(records: readonly (EventRecord | string)[]): Promise<void> {
    const connection: NatsConnection = await connect(connectionOptions(servers, 'test'));
    const js = connection.jetstream();
    await Promise.all(
      records.map((record) =>
        typeof record === 'string'
          ? js.publish('AGENT_MESSAGES.flags.x.EVENT', record)
          : js.publish(subjectOf(record), JSON.stringify(record)),
      ),
    );
    await connection.close();
  }

  async function publishAll(chain: readonly EventRecord[]): Promise<void> {
    let at = 0;
    await until(async () => (at = await publisher.publish(chain.slice(at), at)) === chain.length);
  }

  const complete = (agentId: string, length: number) => async (): Promise<boolean> =>
    (await ledgerHead(pool, agentId).catch(() => null))?.sequence === length;

  const drained = async (): Promise<void> => {
    const reader = new StreamReader(servers, limits, silent);
    await until(async () => {
      const { waiting, unacked } = await reader.projectorBacklog();
      return waiting + unacked === 0;
    });
    await reader.close();
  };

  it('makes a complete, ordered and verified ledger of duplicates, disorder and gaps', async () => {
    const chains = Array.from({ length: 5 }, (_, i) => chainOf(`s${i}`, 200));
    for (const chain of chains) history.add(chain[0]?.source.slice(8) as string, chain);
    const lost = (record: EventRecord): boolean => record.sequence % 17 === 0 && record.sequence !== 200;
    const sent = chains.flat().filter((record) => !lost(record));
    await whileProjecting(async () => {
      await sendRaw(shuffled([...sent, ...sent.slice(0, 300)]));
      for (let i = 0; i < 5; i += 1) await until(complete(`s${i}`, 200));
      await drained();
    });
    for (const [i, chain] of chains.entries()) {
      const ledger = await ledgerOf(pool, `s${i}`);
      expect(ledger).toEqual(chain);
      expect(checkChain(ledger)).toBeNull();
    }
    const positions = (await readByPosition(pool, 0, 5_000)).map(({ position }) => position);
    expect(positions).toHaveLength(sent.length);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  it('skips nothing while the history is down', async () => {
    const chain = chainOf('patient', 10);
    history.add('patient', chain);
    history.down = true;
    await whileProjecting(async () => {
      await sendRaw([...chain.slice(0, 4), ...chain.slice(6)]);
      await until(() => history.reads.some((read) => read.startsWith('patient')));
      expect((await ledgerHead(pool, 'patient'))?.sequence).toBe(4);
      history.down = false;
      await until(complete('patient', 10));
      await drained();
    });
    expect(await ledgerOf(pool, 'patient')).toEqual(chain);
  });

  it('refuses forged records and strangers, and takes in the rest', async () => {
    const chain = chainOf('victim', 20);
    const forged = forge(chain[9] as EventRecord, { principal: 'mallory', prevhash: '0'.repeat(64) });
    await whileProjecting(async () => {
      await sendRaw([...chain.slice(0, 9), forged, 'no record', ...chain.slice(9)]);
      await until(complete('victim', 20));
      await drained();
    });
    expect(await ledgerOf(pool, 'victim')).toEqual(chain);
    expect((await readFaults(pool, 'victim', 100)).faults.map(({ fault }) => fault)).toEqual(['unlinked']);
    expect((await readFaults(pool, 'x', 100)).faults.map(({ fault }) => fault)).toEqual(['malformed']);
  });

  it('goes on after NATS was killed, and after Postgres was', async () => {
    const [first, second, third] = [chainOf('o1', 500), chainOf('o2', 500), chainOf('o3', 500)];
    await whileProjecting(async () => {
      const publishing = publishAll(first);
      await started.nats.kill();
      await started.startAgain('nats');
      await publishing;
      await until(complete('o1', 500), 45_000);

      const during = publishAll(second);
      await started.postgres.kill();
      await during;
      await publishAll(third);
      await started.startAgain('postgres');
      await until(complete('o2', 500));
      await until(complete('o3', 500));
    });
    expect(checkChain(await ledgerOf(pool, 'o1'))).toBeNull();
    expect(await ledgerOf(pool, 'o2')).toEqual(second);
    expect(await ledgerOf(pool, 'o3')).toEqual(third);
  });

  it('gives back what it fetched when it stops, so that the next one need not wait', async () => {
    const chain = chainOf('handover', 3_000);
    const from = await whileProjecting(async () => publishAll(chain)).then(() => Date.now());
    await whileProjecting(async () => until(complete('handover', 3_000)));
    expect(Date.now() - from).toBeLessThan(20_000);
    expect(checkChain(await ledgerOf(pool, 'handover'))).toBeNull();
  });

  it('repairs an agent whose last records never came', async () => {
    const chain = chainOf('tail', 12);
    history.add('tail', chain);
    const checkpoints = {
      async *sequences() {
        yield new Map([['tail', 12]]);
      },
    };
    const stop = new AbortController();
    const running = new Reconciler(contextOf(pool), history, checkpoints).run(stop.signal, 100);
    await until(complete('tail', 12));
    stop.abort();
    await running;
    expect(await ledgerOf(pool, 'tail')).toEqual(chain);
  });
});
