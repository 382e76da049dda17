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
import { countAgents, findAgent, listAgents } from '../projections/queries/agents';
import { readByPosition, readEvents } from '../projections/queries/events';
import { findUser } from '../projections/queries/users';
import type { Ledger } from './dependencies';
import { unavailable } from './problem';

/** How long one query is waited for, and how long nobody asks after three failures in a row, in ms. */
const queryMs = 5_000;
const restMs = 2_000;

/** The read side in Postgres, behind a circuit breaker so that an outage costs a caller no wait. */
export function postgresLedger(pool: Pool): Ledger {
  const outage = handleWhen((error) => isTaskCancelledError(error) || isTransient(error));
  const policy = wrap(
    circuitBreaker(outage, { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(3) }),
    timeout(queryMs, TimeoutStrategy.Aggressive),
  );
  const ask = async <T>(query: () => Promise<T>): Promise<T> => {
    try {
      return await policy.execute(query);
    } catch (error) {
      if (isBrokenCircuitError(error) || isTaskCancelledError(error) || isTransient(error)) {
        throw unavailable(error, 'the read side does not answer');
      }
      throw error;
    }
  };
  return {
    list: (filter, limit, cursor) => ask(() => listAgents(pool, filter, limit, cursor)),
    find: (agentId) => ask(() => findAgent(pool, agentId)),
    count: () => ask(() => countAgents(pool)),
    events: (agentId, from, to, limit) => ask(() => readEvents(pool, agentId, from, to, limit)),
    eventsAfter: (position, limit) => ask(() => readByPosition(pool, position, limit)),
    user: (username) => ask(() => findUser(pool, username)),
  };
}
