import { circuitBreaker, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { Redis, type Command } from 'ioredis';
import type { Logger } from '../logger';

/** How long a command is waited for, and how long none is sent after three in a row have failed, in ms. */
const commandMs = 1_000;
const restMs = 1_000;

/** What the client itself sends on a new connection: without these no connection is ever made again. */
const handshake = new Set(['hello', 'auth', 'client', 'info', 'select', 'quit']);

/** A refusal of Redis's is an answer like any other. */
const isOutage = (error: Error): boolean => error.name !== 'ReplyError';

/** While Redis does not answer, commands fail at once; now and then one goes out to learn whether it does again. */
class GuardedRedis extends Redis {
  private readonly breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: restMs,
    breaker: new ConsecutiveBreaker(3),
  });

  override sendCommand(command: Command, stream?: Parameters<Redis['sendCommand']>[1]): Promise<unknown> {
    const send = (): Promise<unknown> => super.sendCommand(command, stream) as Promise<unknown>;
    if (handshake.has(command.name)) return send();
    this.breaker.execute(send).catch((error: Error) => command.reject(error));
    return command.promise;
  }
}

/**
 * A client of Redis that connects in the background and keeps trying. While Redis is away a command fails within a second,
 * and most of them at once; its errors are logged once per outage.
 */
export function createRedis(url: string, logger: Logger): Redis {
  const redis = new GuardedRedis(url, {
    connectTimeout: 2_000,
    commandTimeout: commandMs,
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
