import type { Redis } from 'ioredis';
import type { Context } from 'koa';
import ratelimit from 'koa-ratelimit';

export const windowSeconds = 60;

/** What one request found in its bucket. */
export interface Count {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Unix time in seconds, rounded down where it comes from Redis: when the oldest request that counts is a window ago. */
  resetsAt: number;
}

export type Counter = (key: string) => Promise<Count>;

type Store = { driver: 'redis'; db: Redis } | { driver: 'memory'; db: Map<unknown, unknown> };

/**
 * Counts by koa-ratelimit. It works on a stand-in for the request's context, because Redis may answer late, and then must not
 * touch a request that has gone on without it, and because what it would say to the client is no problem+json.
 */
export function counter(store: Store, name: string, limit: number): Counter {
  const count = ratelimit({
    ...store,
    namespace: `ymera:limit:${name}`,
    max: limit,
    duration: windowSeconds * 1000,
    id: ({ state }) => state['key'] as string,
    headers: { total: 'limit', remaining: 'remaining', reset: 'resetsAt' },
  });
  return async (key) => {
    const found = { limit, remaining: 0, resetsAt: 0 };
    const set = (fields: object | string): void => void (typeof fields === 'object' && Object.assign(found, fields));
    let allowed = false;
    await count({ state: { key }, set } as unknown as Context, () => {
      allowed = true;
      return Promise.resolve();
    });
    return { ...found, allowed };
  };
}

const epoch = Date.UTC(2026, 0, 1);

/**
 * Redis for koa-ratelimit, with a finer clock. The library takes calls of one time for one call, and its clock has steps of a
 * quarter of a microsecond: of 100,000 stamps of two busy processes 191 were alike. A clock that begins later has smaller steps;
 * none were alike then.
 */
export function withFineClock(redis: Redis): Redis {
  type Answer = [remaining: number, resetsAt: number, limit: number];
  type Script = (key: string, ...args: unknown[]) => Promise<Answer>;
  const fine = Object.create(redis) as Redis & Record<string, Script>;
  fine.defineCommand = (name, definition) => {
    redis.defineCommand(name, definition);
    const script = (redis as unknown as Record<string, Script>)[name]?.bind(redis);
    fine[name] = async (key, _now, ...rest) => {
      const now = Date.now() - epoch + (performance.now() % 1);
      const [remaining, resetsAt, limit] = (await script?.(key, now, ...rest)) as Answer;
      return [remaining, resetsAt + epoch / 1000, limit];
    };
  };
  return fine;
}
