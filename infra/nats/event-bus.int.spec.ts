import { chainOf, silent, until } from '../../projections/_util/fixtures';
import { startTestServers, type TestServers } from '../../tests/_util/servers';
import { StreamReader, type Positioned } from './event-bus';
import { NatsPublisher } from './publisher';

const limits = { maxMessages: 100_000, maxAgeHours: 24 };

jest.setTimeout(90_000);

describe('StreamReader', () => {
  let started: TestServers<'nats'>;
  let reader: StreamReader;
  let publisher: NatsPublisher;

  beforeAll(async () => {
    started = await startTestServers({ nats: true });
    const servers = [started.nats.url];
    publisher = new NatsPublisher(servers, limits, silent);
    reader = new StreamReader(servers, limits, silent);
  });
  afterAll(async () => {
    await publisher.close();
    await reader.close();
    await started.stop();
  });

  async function publishAll(agentId: string, length: number): Promise<void> {
    const chain = chainOf(agentId, length);
    let at = 0;
    await until(async () => (at = await publisher.publish(chain.slice(at), at)) === length);
  }

  async function collect(from: number, to?: number): Promise<Positioned[]> {
    const found: Positioned[] = [];
    for await (const each of reader.read(from, to)) found.push(each);
    return found;
  }

  it('knows an empty stream', async () => {
    expect(await reader.bounds()).toEqual({ first: 1, last: 0 });
    expect(await collect(1)).toEqual([]);
  });

  it('reads a range, cut to what the stream holds', async () => {
    await publishAll('a', 100);
    expect(await reader.bounds()).toEqual({ first: 1, last: 100 });
    expect((await collect(40, 45)).map(({ position }) => position)).toEqual([40, 41, 42, 43, 44, 45]);
    expect((await collect(98)).map(({ record }) => record.id)).toEqual(['a:98', 'a:99', 'a:100']);
    expect(await collect(0, 5)).toHaveLength(5);
    expect(await collect(101, 200)).toEqual([]);
  });

  it('ends a read that is left early', async () => {
    for await (const { position } of reader.read(1)) if (position === 3) break;
    expect(await collect(99)).toHaveLength(2);
  });

  it('delivers only what is new, and goes on where it was when the broker comes back', async () => {
    const positions: number[] = [];
    const states: boolean[] = [];
    const live = await reader.subscribeLive(
      (position) => void positions.push(position),
      (connected) => states.push(connected),
    );
    expect(states).toEqual([true]);
    await publishAll('b', 50);
    await until(() => positions.length === 50);
    for (let round = 0; round < 2; round += 1) {
      await started.nats.kill();
      await until(() => states.at(-1) === false);
      await started.startAgain('nats');
      // Published before the subscription is back, most of them.
      await publishAll(`c${round}`, 50);
      await until(() => positions.length === 100 + 50 * round);
    }
    expect(positions).toEqual(Array.from({ length: 150 }, (_, i) => 101 + i));
    expect(states.filter(Boolean).length).toBe(3);
    await live.close();
    await publishAll('d', 5);
    expect(positions).toHaveLength(150);
  });

  it('starts while the broker is down, and misses nothing of what comes then', async () => {
    await started.nats.kill();
    const states: boolean[] = [];
    const positions: number[] = [];
    const live = await reader.subscribeLive(
      (position) => void positions.push(position),
      (connected) => states.push(connected),
    );
    expect(states.length).toBeGreaterThan(0);
    expect(states.every((connected) => !connected)).toBe(true);
    await expect(reader.bounds()).rejects.toThrow();
    await started.startAgain('nats');
    // Perhaps before it is connected.
    await publishAll('e', 3);
    await until(() => positions.length === 3);
    expect(states.at(-1)).toBe(true);
    await live.close();
  });
});
