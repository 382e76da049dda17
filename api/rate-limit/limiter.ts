import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleAll, timeout, TimeoutStrategy, wrap } from 'cockatiel';
import type { Redis } from 'ioredis';
import type { Logger } from '../../infra/logger';
import type { ApiMetrics } from '../metrics';
import { BoundedMap } from '../bounded-map';
import { Buckets } from './buckets';
import { limitClasses, type LimitClass, type Limits } from './classes';
import { counter, withFineClock, type Count, type Counter } from './counter';

/** How long one answer of Redis is waited for, and how long none is after three failures in a row, in ms. */
const answerMs = 1_500;
const restMs = 2_000;

/** Buckets kept in this process for each class, some 100 bytes each. */
const mostKept = 20_000;

/**
 * Counts requests over all API processes, in Redis. What passes there is counted in this process too: with Redis away (or
 * emptied) that count alone decides, and whoever has used up a limit does not get another one by the outage.
 */
export class RateLimiter {
  private readonly counters = new Map<LimitClass, { shared: Counter; own: Counter }>();
  /** By class and key: who is turned away until when. Nothing can change that before, so nobody is asked again. */
  private readonly refused = new BoundedMap<string, Count>(mostKept);
  private readonly breaker = circuitBreaker(handleAll, {
    halfOpenAfter: restMs,
    breaker: new ConsecutiveBreaker(3),
  });
  private readonly policy = wrap(this.breaker, timeout(answerMs, TimeoutStrategy.Aggressive));

  constructor(
    private readonly redis: Redis,
    limits: Limits,
    private readonly metrics: Pick<ApiMetrics, 'rateLimited' | 'rateLimitFallback'>,
    logger: Logger,
  ) {
    const db = withFineClock(redis);
    for (const name of limitClasses) {
      const limit = limits[name];
      if (limit === 0) continue;
      this.counters.set(name, {
        shared: counter({ driver: 'redis', db }, name, limit),
        own: counter({ driver: 'memory', db: new Buckets(mostKept) }, name, limit),
      });
    }
    const tell = (): void => metrics.rateLimitFallback.set(this.isShared ? 0 : 1);
    this.breaker.onStateChange(tell);
    for (const event of ['ready', 'close']) redis.on(event, tell);
    this.breaker.onBreak(() => logger.warn('rate limits: counted in this process only'));
    this.breaker.onReset(() => logger.info('rate limits: shared again'));
    tell();
  }

  /** False while each process counts by itself. */
  get isShared(): boolean {
    return this.redis.status === 'ready' && this.breaker.state === CircuitState.Closed;
  }

  /** Counts one request. @returns null where the class has no limit */
  async count(name: LimitClass, key: string): Promise<Count | null> {
    const counters = this.counters.get(name);
    if (!counters) return null;
    const found = this.refusal(name, key) ?? (await this.counted(counters, key));
    if (found.allowed) return found;
    this.refused.set(`${name} ${key}`, found);
    this.metrics.rateLimited.inc({ class: name });
    return found;
  }

  /** Why a request would be turned away for certain, without counting it; null where that can't be told. */
  refusal(name: LimitClass, key: string): Count | null {
    const known = this.refused.get(`${name} ${key}`);
    return known && known.resetsAt * 1000 > Date.now() ? known : null;
  }

  private async counted({ shared, own }: { shared: Counter; own: Counter }, key: string): Promise<Count> {
    const found = await this.ask(() => shared(key));
    if (found && !found.allowed) return found;
    const here = await own(key);
    return found && here.allowed ? found : here;
  }

  /** What Redis says, or null. While it hangs nobody waits for it: it is asked only to learn that it answers again. */
  private async ask(question: () => Promise<Count>): Promise<Count | null> {
    if (this.redis.status !== 'ready') return null;
    const wait = this.breaker.state === CircuitState.Closed;
    // A signal of its own: all calls would hang their listeners on the default one.
    const answer = this.policy.execute(question, new AbortController().signal).catch(() => null);
    return wait ? answer : null;
  }
}
