import { setTimeout as delay } from 'node:timers/promises';
import { eventAgent } from '../../actors/core/event';
import { checkChain } from '../../actors/core/hash-chain';
import { ApiClient, until } from '../_util/api-client';
import { startLoad } from '../_util/load';
import { startTestServers, type TestServers } from '../_util/servers';
import { startTestStack, type TestStack } from '../_util/stack';
import { readStream } from '../_util/stream';

const outageMs = 60_000;

/** The broker belongs to the test, so that it stays away for as long as the test wants. */
describe('a broker that is away for 60 s', () => {
  const agents = Array.from({ length: 10 }, (_, i) => `n-${i}`);
  let servers: TestServers<'nats'>;
  let stack: TestStack;
  let api: ApiClient;
  beforeAll(async () => {
    servers = await startTestServers({ nats: true });
    stack = await startTestStack({ env: { NATS_SERVERS: servers.nats.url } });
    api = await ApiClient.login(stack.reload());
    for (const id of agents) await api.flagsAgent(id);
  }, 120_000);
  afterAll(async () => {
    await stack.stop();
    await servers.stop();
  }, 60_000);

  it('stops no command and no live listener, and gets everything in order when it is back', async () => {
    const { frames, socket } = await api.follow({ agents: ['*'], types: [] });
    const load = startLoad(api, agents, 20);
    await delay(2000);
    await servers.nats.stop();
    const before = frames.length;
    await delay(outageMs);
    const during = frames.length - before;
    expect((await api.raw('GET', '/readyz', {})).body).toMatchObject({ status: 'degraded' });
    await servers.startAgain('nats');
    await delay(2000);
    const { acknowledged, refusals } = await load.stop();
    expect(refusals).toBe(0);
    expect(during).toBeGreaterThan(100);

    const counts = new Map(agents.map((id) => [id, (acknowledged.get(id)?.length ?? 0) + 1]));
    const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
    // Ymera's own agents, such as the policy, are on the stream too.
    const ours = async () =>
      (await readStream(servers.nats.url)).filter(({ record }) => counts.has(eventAgent(record)));
    await until(async () => new Set((await ours()).map(({ msgId }) => msgId)).size === total, 'all published', 60_000);
    const messages = await ours();
    for (const [id, count] of counts) {
      const records = messages.filter(({ record }) => record.source === `/agents/${id}`).map(({ record }) => record);
      expect(records.map(({ sequence }) => sequence)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
      expect(checkChain(records)).toBeNull();
      // The listener has had each of them, once, whether the broker was there or not.
      await until(
        () => frames.filter(({ event }) => event?.source === `/agents/${id}`).length >= count - 1,
        `frames of ${id}`,
      );
      const heard = frames.flatMap(({ event }) => (event?.source === `/agents/${id}` ? [event.sequence] : []));
      expect(heard).toEqual(Array.from({ length: count - 1 }, (_, i) => i + 2));
    }
    socket.close();
  }, 240_000);
});
