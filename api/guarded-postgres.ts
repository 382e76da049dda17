import {
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
  isTaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import type { Pool } from 'pg';
import { isTransient } from '../infra/postgres/pool';
import type { Queryable } from '../projections/queries/queryable';
import { unavailable } from './problem';

/** How long one query is waited for, and how long nobody asks after three failures in a row, in ms. */
const queryMs = 5_000;
const restMs = 2_000;

/** Runs a query, or throws a `Problem` `unavailable` where Postgres does not answer in time. */
export type Ask = <T>(query: () => Promise<T>) => Promise<T>;

/** Postgres behind a circuit breaker, so that an outage costs a caller no wait. One for all who ask the same server. */
export function guardedPostgres(): Ask {
  const outage = handleWhen((error) => isTaskCancelledError(error) || isTransient(error));
  const policy = wrap(
    circuitBreaker(outage, { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(3) }),
    timeout(queryMs, TimeoutStrategy.Aggressive),
  );
  return async (query) => {
    try {
      return await policy.execute(query);
    } catch (error) {
      if (isBrokenCircuitError(error) || isTaskCancelledError(error) || isTransient(error)) {
        throw unavailable(error, 'the read side does not answer');
      }
      throw error;
    }
  };
}

/** The pool, each query asked through the guard. For what asks more than once. */
export function guardedQueries(pool: Pool, ask: Ask): Queryable {
  const query = (...args: Parameters<Pool['query']>): Promise<unknown> => ask(() => pool.query(...args) as never);
  return { query: query as Pool['query'] };
}
