import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, parseEnvironment, type Environment } from './config';
import { createLogger, type Logger } from './logger';
import { endWithParent } from './parent-watch';
import { startTracing } from './tracing';

/** After the signal and `DRAIN_SECONDS`, a process that has not ended by itself is ended, in ms. */
const shutdownLimitMs = 25_000;
/** How long the last spans may take to be sent, in ms. */
const traceFlushMs = 2_000;

/**
 * Runs a process: parses the environment, hands `main` a signal that aborts on SIGTERM and SIGINT (and when its
 * supervisor is gone), and exits when `main` is through. Exit codes: 0 when it returned, 1 when it threw or a rejection
 * was left unhandled, 2 for a bad environment.
 * @param role name of the process in its log
 */
export function runProcess(
  role: string,
  main: (signal: AbortSignal, env: Environment, logger: Logger) => Promise<void>,
): void {
  const logger = createLogger(role, 'info');
  const stop = new AbortController();
  let limitMs = shutdownLimitMs;
  const end = (error: unknown, message: string): never => {
    logger.fatal({ err: error }, message);
    return process.exit(1);
  };
  process.on('unhandledRejection', (reason) => end(reason, 'a rejection that nobody handled'));
  process.on('uncaughtException', (error) => end(error, 'an error that nobody caught'));
  const shutDown = (): void => {
    if (stop.signal.aborted) return;
    stop.abort();
    setTimeout(() => end(undefined, 'the shutdown took too long'), limitMs).unref();
  };
  process.on('SIGTERM', shutDown);
  process.on('SIGINT', shutDown);
  endWithParent(shutDown);
  const begin = async (): Promise<void> => {
    const env = parseEnvironment(process.env);
    limitMs += env.DRAIN_SECONDS * 1_000;
    await start(role, main, stop.signal, env, logger);
  };
  begin().then(
    () => process.exit(0),
    (error: unknown) => {
      if (!(error instanceof ConfigError)) return end(error, 'failed');
      process.stderr.write(`${role}: ${error.message}\n`);
      return process.exit(2);
    },
  );
}

async function start(
  role: string,
  main: (signal: AbortSignal, env: Environment, logger: Logger) => Promise<void>,
  signal: AbortSignal,
  env: Environment,
  logger: Logger,
): Promise<void> {
  logger.level = env.LOG_LEVEL;
  const endTracing = await startTracing(role, env);
  await main(signal, env, logger);
  await Promise.race([endTracing(), sleep(traceFlushMs, undefined, { ref: false })]);
}
