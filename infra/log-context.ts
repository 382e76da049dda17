import { AsyncLocalStorage } from 'node:async_hooks';

/** What a line of the log is about, as far as it is known where the line is written. */
export interface LogContext {
  traceId?: string;
  requestId?: string;
  agentId?: string;
  runId?: string;
  commandId?: string;
}

const storage = new AsyncLocalStorage<LogContext>();

/** Every line that is logged by this work says what it is about. What is undefined is left out. */
export function aboutWork<T>(about: LogContext, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...about }, work);
}

/** The present context, as a new object. */
export function logContext(): LogContext {
  return { ...storage.getStore() };
}
