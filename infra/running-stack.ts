import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { redisAddress, type Environment } from './config';

/** What `stack.json` says of a stack that runs; the stack itself writes it. */
interface RunningStack {
  temporal?: { address: string; namespace: string };
  nats?: string;
  redis?: string;
  postgres?: string;
}

/**
 * The environment of a command for operators: a server that it does not name is the one of the stack that runs in `YMERA_HOME`,
 * where one does.
 */
export function besideRunningStack(env: Environment): Environment {
  const stack = runningStack(resolve(env.YMERA_HOME));
  const redis = redisAddress(env) ?? stack.redis;
  return {
    ...env,
    ...(env.TEMPORAL_ADDRESS === undefined && stack.temporal
      ? { TEMPORAL_ADDRESS: stack.temporal.address, TEMPORAL_NAMESPACE: stack.temporal.namespace }
      : {}),
    ...(env.NATS_SERVERS === undefined && stack.nats ? { NATS_SERVERS: stack.nats } : {}),
    ...(redis === undefined ? {} : { REDIS_URL: redis }),
    ...(env.DATABASE_URL === undefined && stack.postgres ? { DATABASE_URL: stack.postgres } : {}),
  };
}

function runningStack(home: string): RunningStack {
  const file = join(home, 'stack.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunningStack) : {};
}
