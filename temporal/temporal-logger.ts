import { DefaultLogger, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from '../infra/logger';

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
/** An agent's own lines are what they say they are. */
const agentLevels = { ...levels, INFO: 'info' } as const;

/**
 * Temporal's own logs as entries of ours; its `INFO` tells of its inner life, so it counts as `debug`. What an agent says of itself
 * (`workflows/agent-log.ts`) is written whatever the level of the process is: its own `log_level` has decided on that.
 */
export function temporalLogger(logger: Logger): TemporalLogger {
  const agents = logger.level === 'silent' ? logger : logger.child({}, { level: 'debug' });
  return new DefaultLogger('TRACE', ({ level, message, meta }) => {
    const { error, ymera, ...rest } = (meta ?? {}) as { error?: Error; ymera?: object };
    if (ymera !== undefined) return agents[agentLevels[level]](ymera, message);
    logger[levels[level]]({ ...(error ? { err: error } : {}), temporal: rest }, message);
  });
}
