import { Redis } from 'ioredis';
import type { Logger } from '../logger';

/**
 * A client of Redis that connects in the background and keeps trying. While Redis is down a command fails within some
 * 100 ms instead of waiting; its errors are logged once per outage.
 */
export function createRedis(url: string, logger: Logger): Redis {
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
  });
  let down = false;
  redis.on('error', (error) => {
    if (!down) logger.warn({ err: error }, 'redis: unreachable');
    down = true;
  });
  redis.on('ready', () => {
    if (down) logger.info('redis: connected again');
    down = false;
  });
  return redis;
}
