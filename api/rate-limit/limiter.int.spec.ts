import type { Redis } from 'ioredis';
import pino from 'pino';
import { Registry } from 'prom-client';
import { createRedis } from '../../infra/redis/client';
import { until } from '../../tests/_util/api-client';
import { startTestServers, type TestServers } from '../../tests/_util/servers';
import { createApiMetrics } from '../metrics';
import { limitClasses, type Limits } from './classes';
import { RateLimiter } from './limiter';

const silent = pino({ level: 'silent' });
const unlimited = Object.fromEntries(limitClasses.map((name) => [name, 0])) as Record<string, number> as Limits;

describe('the rate limiter', () => {
  let servers: TestServers<'redis'>;
  const clients: Redis[] = [];
  let key = 0;
  beforeAll(async () => {
    servers = await startTestServers({ redis: true });
  }, 120_000);
  afterAll(async () => {
    for (const redis of clients) redis.disconnect();
    await servers.stop();
  }, 30_000);

  /** A limiter as one API process has it. */
  async function limiter(address = 10) {
    const redis = createRedis(servers.redis.url, silent);
    clients.push(redis);
    const registry = new Registry();
    const limits = new RateLimiter(redis, { ...unlimited, address }, createApiMetrics(registry), silent);
    await until(() => redis.status === 'ready', 'redis');
    const pass = async (count: number, name: string): Promise<number> => {
      const found = await Promise.all(Array.from({ length: count }, () => limits.count('address', name)));
      return found.filter((each) => each?.allowed).length;
    };
    const metric = (name: string) => registry.getSingleMetricAsString(name);
    return { limits, redis, pass, metric };
  }
  const someone = (): string => `someone-${(key += 1)}`;

  it('lets exactly as many pass as the limit says, of calls at once over several processes, many times', async () => {
    const each = await Promise.all([limiter(), limiter(), limiter()]);
    for (let round = 0; round < 50; round += 1) {
      const name = someone();
      const passed = await Promise.all(each.map(({ pass }) => pass(10, name)));
      expect(passed.reduce((a, b) => a + b)).toBe(10);
    }
  });

  it('tells what is left and when to come again, and counts whom it turns away', async () => {
    const { limits, metric } = await limiter(2);
    const name = someone();
    const began = Date.now() / 1000;
    expect(await limits.count('address', name)).toMatchObject({ allowed: true, limit: 2, remaining: 1 });
    expect(await limits.count('address', name)).toMatchObject({ allowed: true, limit: 2, remaining: 0 });
    expect(limits.refusal('address', name)).toBeNull();
    const refused = await limits.count('address', name);
    expect(refused).toMatchObject({ allowed: false, limit: 2, remaining: 0 });
    expect(refused?.resetsAt).toBeGreaterThan(began + 58);
    expect(refused?.resetsAt).toBeLessThan(began + 62);
    expect(limits.refusal('address', name)).toEqual(refused);
    expect(await metric('ymera_rate_limited_total')).toContain('{class="address"} 1');
  });

  it('knows no limit for a class that has none', async () => {
    const { limits } = await limiter();
    expect(await limits.count('login', 'anyone')).toBeNull();
  });

  it('goes on with its own count while Redis is down, and with the shared one after that, and gives no limit twice', async () => {
    const { limits, pass, metric } = await limiter();
    const [name, other] = [someone(), someone()];
    expect(await pass(6, name)).toBe(6);
    await servers.redis.kill();
    expect(await pass(6, name)).toBe(4);
    expect(await pass(20, other)).toBe(10);
    await until(() => !limits.isShared, 'the fallback', 5_000);
    expect(await metric('ymera_rate_limit_fallback')).toMatch(/ 1$/m);
    await servers.startAgain('redis');
    await until(async () => {
      await limits.count('address', someone());
      return limits.isShared;
    }, 'the shared count');
    expect(await metric('ymera_rate_limit_fallback')).toMatch(/ 0$/m);
    expect(await pass(5, name)).toBe(0);
    expect(await pass(5, other)).toBe(0);
    const more = await limiter();
    const third = someone();
    expect((await pass(8, third)) + (await more.pass(8, third))).toBe(10);
  }, 60_000);

  it('waits for a Redis that hangs once, and then no more', async () => {
    const { limits, pass, redis } = await limiter(1_000);
    const name = someone();
    process.kill(servers.redis.pid, 'SIGSTOP');
    try {
      expect(await pass(100, name)).toBe(100);
      expect([redis.status, limits.isShared]).toEqual(['ready', false]);
      // Each of these would take half a second if it waited.
      for (let i = 0; i < 900; i += 1) expect(await limits.count('address', name)).toMatchObject({ allowed: true });
      expect(await limits.count('address', name)).toMatchObject({ allowed: false });
    } finally {
      process.kill(servers.redis.pid, 'SIGCONT');
    }
    await until(async () => {
      await limits.count('address', someone());
      return limits.isShared;
    }, 'the shared count');
  }, 60_000);
});
