import { ActionError } from './actions/action';

/** How long work that is told to end may take for it: killing a process group takes 2 s. */
const graceMs = 5000;
/** The most that a timer takes; more would fire at once. */
const longestMs = 2 ** 31 - 1;

/**
 * Does work that is told to end by its signal after `ms`, or when `outer` aborts. Work that succeeds nevertheless has
 * succeeded; work that does not end when it is told to is left behind.
 * @throws the reason of `outer`; ActionError `timeout`, with the output of the work's own ActionError; what the work throws
 */
export async function withTimeout<T>(
  ms: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const stop = new AbortController();
  let left: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => {
      left = setTimeout(() => reject(new Error('it did not end when it was told to')), graceMs);
    });
  });
  const onAbort = (): void => stop.abort(outer.reason);
  outer.addEventListener('abort', onAbort, { once: true });
  let late = false;
  const timer = setTimeout(
    () => {
      late = true;
      stop.abort();
    },
    Math.min(ms, longestMs),
  );
  try {
    return await Promise.race([work(stop.signal), stuck]);
  } catch (error) {
    outer.throwIfAborted();
    if (!late) throw error;
    const output = error instanceof ActionError ? error.output : undefined;
    throw new ActionError('timeout', `it took longer than ${ms / 1000} s`, output);
  } finally {
    clearTimeout(timer);
    clearTimeout(left);
    outer.removeEventListener('abort', onAbort);
  }
}
