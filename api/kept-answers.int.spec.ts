import type { Redis } from 'ioredis';
import { createRedis } from '../infra/redis/client';
import { silent } from '../projections/_util/fixtures';
import { startTestServers, type TestServers } from '../tests/_util/servers';
import { contractMs, keptAnswersContract } from './_util/kept-answers-contract';
import { RedisKeptAnswers } from './kept-answers';

jest.setTimeout(90_000);

describe('answers kept in Redis', () => {
  let servers: TestServers<'redis'>;
  let redis: Redis;
  beforeAll(async () => {
    servers = await startTestServers({ redis: true });
    redis = createRedis(servers.redis.url, silent);
  });
  beforeEach(() => redis.flushall());
  afterAll(async () => {
    redis.disconnect();
    await servers.stop();
  });

  keptAnswersContract(() => new RedisKeptAnswers(redis, contractMs));

  it('are kept for a day', async () => {
    const answers = new RedisKeptAnswers(redis);
    const found = await answers.take('a', 'f');
    if (found.state !== 'mine') throw new Error(found.state);
    await answers.keep('a', found.claim, { status: 201, headers: {}, body: {} });
    const left = await redis.pttl('idempotency:a');
    expect(left).toBeGreaterThan(24 * 3_600_000 - 60_000);
    expect(left).toBeLessThanOrEqual(24 * 3_600_000);
  });

  it('say so while Redis is down', async () => {
    await servers.redis.kill();
    await expect(new RedisKeptAnswers(redis).take('a', 'f')).rejects.toThrow();
    await servers.startAgain('redis');
  });
});
