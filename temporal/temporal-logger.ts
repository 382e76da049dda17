import { DefaultLogger, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from '../infra/logger';

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** Temporal's own logs as entries of ours; its `INFO` tells of its inner life, so it counts as `debug`. */
export function temporalLogger(logger: Logger): TemporalLogger {
  return new DefaultLogger('TRACE', ({ level, message, meta }) => {
    const { error, ...rest } = meta ?? {};
    logger[levels[level]]({ ...(error ? { err: error as Error } : {}), temporal: rest }, message);
  });
}
