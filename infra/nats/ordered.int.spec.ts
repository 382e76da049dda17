import type { NatsConnection } from 'nats';
import { chainOf, silent, until } from '../../projections/_util/fixtures';
import { startTestServers, type TestServers } from '../../tests/_util/servers';
import { LazyConnection } from './connection';
import { consumeFrom } from './ordered';
import { NatsPublisher } from './publisher';
import { withStream } from './stream';

const limits = { maxMessages: 1_000, maxAgeHours: 1 };

describe('consumeFrom', () => {
  let started: TestServers<'nats'>;
  let connections: LazyConnection;
  let connection: NatsConnection;
  beforeAll(async () => {
    started = await startTestServers({ nats: true });
    const servers = [started.nats.url];
    const publisher = new NatsPublisher(servers, limits, silent);
    const chain = chainOf('a', 20);
    let at = 0;
    await until(async () => (at = await publisher.publish(chain.slice(at), at)) === chain.length);
    await publisher.close();
    connections = new LazyConnection(servers, 'test', withStream(limits));
  }, 60_000);
  beforeEach(async () => {
    connection = await connections.get();
  });
  afterAll(async () => {
    await connections.close();
    await started.stop();
  });

  /** Does something in the moment in which the server is asked to make the consumer. */
  function whenItIsMade(act: () => unknown): void {
    const request = connection.request.bind(connection);
    jest.spyOn(connection, 'request').mockImplementation(async (subject, ...rest) => {
      if (subject.includes('CONSUMER.CREATE')) await act();
      return request(subject, ...rest);
    });
  }

  async function positionsOf(start: number | Date, most: number): Promise<number[]> {
    const messages = await consumeFrom(connection, start);
    const positions: number[] = [];
    for await (const { seq } of messages) if (positions.push(seq) === most) break;
    messages.close();
    return positions;
  }

  it('begins at a position, or at a time', async () => {
    expect(await positionsOf(18, 3)).toEqual([18, 19, 20]);
    expect(await positionsOf(0, 1)).toEqual([1]);
    expect(await positionsOf(new Date(0), 2)).toEqual([1, 2]);
  });

  it('fails at once where the connection goes while it begins, so that it can begin again on another', async () => {
    whenItIsMade(() => connection.close());
    await expect(consumeFrom(connection, 1)).rejects.toThrow();
    connection = await connections.get();
    expect(await positionsOf(20, 1)).toEqual([20]);
  });

  it('ends where the connection ends', async () => {
    const messages = await consumeFrom(connection, 20);
    const positions: number[] = [];
    for await (const { seq } of messages) {
      positions.push(seq);
      setTimeout(() => void connection.close(), 50);
    }
    expect(positions).toEqual([20]);
  });
});
