import { useEffect, useState, useSyncExternalStore } from 'react';
import type { components } from '../../../../generated/api-types';
import { api, unwrap } from '../../api/client';
import { liveFeed } from '../../live/use-live';
import { LogBook, type LogLine } from './log-book';

type LogPage = components['schemas']['RunLogPage'];

interface RunLogs {
  lines: readonly LogLine[];
  /** Of the first reading; null where it went well. */
  error: unknown;
  /** What was there when it was opened has been read. */
  read: boolean;
}

/**
 * The lines of a run as they come. What is there is read page by page; what follows comes over the socket from the last line on,
 * and after each break of it from the last line that is known.
 */
export function useRunLogs(run: string): RunLogs {
  const [book, setBook] = useState({ run, lines: new LogBook() });
  // Another run is another book.
  if (book.run !== run) setBook({ run, lines: new LogBook() });
  const [reading, setReading] = useState<{ book: LogBook | null; error: unknown }>({ book: null, error: null });
  const log = book.lines;
  useEffect(() => {
    const stop = new AbortController();
    let unfollow = (): void => undefined;
    readAll(run, log, stop.signal)
      .then(() => setReading({ book: log, error: null }))
      .catch((error: unknown) => setReading({ book: null, error }))
      .finally(() => {
        if (!stop.signal.aborted) unfollow = follow(run, log);
      });
    return () => {
      stop.abort();
      unfollow();
    };
  }, [run, log]);
  const lines = useSyncExternalStore(log.subscribe, () => log.lines);
  return { lines, error: reading.error, read: reading.book === log };
}

async function readAll(run: string, log: LogBook, signal: AbortSignal): Promise<void> {
  for (let more = true; more && !signal.aborted;) {
    const params = { path: { id: run }, query: { after: log.position, limit: 2000 } };
    // As JSON, so a page; the description names the stream too.
    const page = (await unwrap(api.GET('/api/v1/runs/{id}/logs', { params, signal }))) as LogPage;
    log.add(page.lines);
    ({ more } = page);
  }
}

/** @returns ends it */
function follow(run: string, log: LogBook): () => void {
  const ask = (): void => void liveFeed.send({ op: 'logs', run, after: log.position });
  const stopHearing = liveFeed.onFrame((frame) => {
    if (frame.op !== 'log' || (frame as { run?: string }).run !== run) return;
    // Where something is missing it is asked for anew.
    if (!log.add((frame as unknown as { lines: LogLine[] }).lines)) ask();
  });
  const stopAsking = liveFeed.onOpen(ask);
  return () => {
    stopAsking();
    stopHearing();
    liveFeed.send({ op: 'unlogs', run });
  };
}
