import { setTimeout as sleep } from 'node:timers/promises';
import type { Listener } from './listener';
import { isTransient } from './pool';
import type { RunLogLine, RunLogs } from './run-logs';

const pageSize = 500;
/** Looks again after this time even if nobody told of anything, in ms: a notification can be lost. */
const lookAgainMs = 2_000;

/**
 * The log of a run: first what is there, then what comes, until aborted. Each batch begins right after the position where the
 * one before it ended, so no line is missed and none comes twice, whatever becomes of the notifications.
 * @param listener on `runLogsChannel`
 * @param after the last position that is known already; 0 for the whole log
 * @throws an error of Postgres that no later try can mend
 */
export async function* followRunLogs(
  runLogs: Pick<RunLogs, 'read'>,
  listener: Pick<Listener, 'on'>,
  runId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<RunLogLine[], void, undefined> {
  let wake = new AbortController();
  const wakeUp = (): void => wake.abort();
  const stop = listener.on((payload) => {
    if (payload === runId) wakeUp();
  }, wakeUp);
  signal.addEventListener('abort', wakeUp);
  let position = after;
  try {
    while (!signal.aborted) {
      // Before the read: what is told of meanwhile may be too late for it.
      wake = new AbortController();
      const lines = await readIfThere(runLogs, runId, position);
      const last = lines.at(-1);
      if (last) {
        position = last.position;
        yield lines;
      }
      if (lines.length === pageSize || signal.aborted) continue;
      await sleep(lookAgainMs, undefined, { signal: wake.signal }).catch(() => undefined);
    }
  } finally {
    signal.removeEventListener('abort', wakeUp);
    stop();
  }
}

async function readIfThere(runLogs: Pick<RunLogs, 'read'>, runId: string, after: number): Promise<RunLogLine[]> {
  try {
    return await runLogs.read(runId, after, pageSize);
  } catch (error) {
    if (!isTransient(error)) throw error;
    return [];
  }
}
