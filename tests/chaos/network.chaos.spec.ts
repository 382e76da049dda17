import { setTimeout as delay } from 'node:timers/promises';
import { startTestServers, type TestServers } from '../_util/servers';
import { startTestStack, type TestStack } from '../_util/stack';
import { Siege } from './_util/siege';
import { TcpProxy } from './_util/tcp-proxy';

const names = ['temporal', 'nats', 'redis', 'postgres'] as const;
type Name = (typeof names)[number];

describe('the connections to each server, under load', () => {
  let servers: TestServers<Name>;
  let stack: TestStack;
  let siege: Siege;
  const proxies = {} as Record<Name, TcpProxy>;
  beforeAll(async () => {
    servers = await startTestServers({ temporal: true, nats: true, redis: true, postgres: true });
    for (const name of names) proxies[name] = await TcpProxy.to(hostOf(servers[name].url));
    const through = (name: Name): string => servers[name].url.replace(hostOf(servers[name].url), proxies[name].address);
    stack = await startTestStack({
      env: {
        TEMPORAL_ADDRESS: through('temporal'),
        NATS_SERVERS: through('nats'),
        REDIS_URL: through('redis'),
        DATABASE_URL: through('postgres'),
      },
    });
    siege = new Siege(stack);
  }, 180_000);
  afterAll(async () => {
    await stack.stop();
    for (const name of names) proxies[name].close();
    await servers.stop();
  }, 120_000);

  it.each(names)(
    '%s: each byte 100 ms late',
    async (name) => {
      const { found } = await siege.under(async () => {
        proxies[name].delayMs = 100;
        await delay(10_000);
        proxies[name].delayMs = 0;
      });
      expect(found).toEqual([]);
    },
    300_000,
  );

  it.each(names)(
    '%s: cut for 10 s',
    async (name) => {
      const { found } = await siege.under(async () => {
        proxies[name].cut();
        await delay(10_000);
        proxies[name].open();
      });
      expect(found).toEqual([]);
    },
    300_000,
  );

  it.each(names)(
    '%s: there, but silent for 20 s',
    async (name) => {
      const { found } = await siege.under(async () => {
        proxies[name].stall();
        await delay(20_000);
        proxies[name].open();
      });
      expect(found).toEqual([]);
    },
    300_000,
  );
});

/** `host:port` of an address, with or without a scheme and credentials. */
function hostOf(address: string): string {
  return address.includes('://') ? new URL(address).host : address;
}
