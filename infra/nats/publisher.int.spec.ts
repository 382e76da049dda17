import { connect } from 'nats';
import type { EventRecord } from '../../actors/core/event';
import { chainOf, silent, until } from '../../projections/_util/fixtures';
import { startTestServers, type TestServers } from '../../tests/_util/servers';
import { connectionOptions } from './connection';
import { StreamReader } from './event-bus';
import { NatsPublisher } from './publisher';

const limits = { maxMessages: 100_000, maxAgeHours: 24 };

jest.setTimeout(90_000);

describe('NatsPublisher', () => {
  let started: TestServers<'nats'>;
  let servers: string[];
  let publisher: NatsPublisher;
  let reader: StreamReader;

  beforeAll(async () => {
    started = await startTestServers({ nats: true });
    servers = [started.nats.url];
    publisher = new NatsPublisher(servers, limits, silent);
    reader = new StreamReader(servers, limits, silent);
  });
  afterAll(async () => {
    await publisher.close();
    await reader.close();
    await started.stop();
  });

  async function stored(agentId: string): Promise<EventRecord[]> {
    const records: EventRecord[] = [];
    for await (const { record } of reader.read(1)) if (record.source === `/agents/${agentId}`) records.push(record);
    return records;
  }

  it('makes the stream as the contract says and publishes in order, each record once', async () => {
    const chain = chainOf('a', 200);
    expect(await publisher.publish(chain.slice(0, 120), 0)).toBe(120);
    expect(await publisher.publish(chain.slice(60), 60)).toBe(200);
    expect(await publisher.publish([], 200)).toBe(200);
    expect(await stored('a')).toEqual(chain);

    const connection = await connect(connectionOptions(servers, 'test'));
    const jsm = await connection.jetstreamManager();
    const { config } = await jsm.streams.info('AGENT_MESSAGES');
    const message = await jsm.streams.getMessage('AGENT_MESSAGES', { seq: 1 });
    await connection.close();
    expect(config).toMatchObject({
      subjects: ['AGENT_MESSAGES.>'],
      retention: 'limits',
      storage: 'file',
      discard: 'old',
      max_msgs: 100_000,
      max_age: 24 * 3600 * 1e9,
      duplicate_window: 120e9,
    });
    expect(message.subject).toBe('AGENT_MESSAGES.flags.a.EVENT');
    expect(message.header.get('Nats-Msg-Id')).toBe('a:1');
  });

  it('brings the limits of a stream to what is configured', async () => {
    const other = new StreamReader(servers, { maxMessages: 50_000, maxAgeHours: 12 }, silent);
    expect((await other.bounds()).last).toBe(200);
    await other.close();
    const connection = await connect(connectionOptions(servers, 'test'));
    const { config } = await (await connection.jetstreamManager()).streams.info('AGENT_MESSAGES');
    await connection.close();
    expect(config).toMatchObject({ max_msgs: 50_000, max_age: 12 * 3600 * 1e9 });
  });

  it('says how far it came where a record can not be published', async () => {
    const chain = chainOf('big', 5);
    const huge = { ...(chain[3] as EventRecord), data: 'x'.repeat(2_000_000) };
    expect(await publisher.publish([...chain.slice(0, 3), huge, chain[4] as EventRecord], 0)).toBe(3);
    await until(async () => (await publisher.publish(chain.slice(3), 3)) === 5);
  });

  it('fails at once while NATS is down, and publishes what is left in order when it is back', async () => {
    const chain = chainOf('b', 300);
    expect(await publisher.publish(chain.slice(0, 10), 0)).toBe(10);
    const racing = publisher.publish(chain.slice(10, 110), 10);
    await started.nats.kill();
    const reached = await racing;
    expect(reached).toBeGreaterThanOrEqual(10);
    expect(reached).toBeLessThanOrEqual(110);
    for (let i = 0; i < 20; i += 1) {
      const from = performance.now();
      expect(await publisher.publish(chain.slice(reached), reached)).toBe(reached);
      expect(performance.now() - from).toBeLessThan(1_000);
    }
    await started.startAgain('nats');
    let at = reached;
    await until(async () => (at = await publisher.publish(chain.slice(at), at)) === 300);
    expect((await stored('b')).map(({ sequence }) => sequence)).toEqual(chain.map(({ sequence }) => sequence));
  });

  it('shares one connection among concurrent calls', async () => {
    const chains = Array.from({ length: 20 }, (_, i) => chainOf(`c${i}`, 20));
    expect(await Promise.all(chains.map((chain) => publisher.publish(chain, 0)))).toEqual(Array(20).fill(20));
  });
});
