import { setTimeout as sleep } from 'node:timers/promises';
import type { RunLogLine } from '../infra/postgres/run-logs';
import type { Dependencies } from './dependencies';
import { hasEnded, readRun } from './run-reader';

/** How often it is looked whether the run has ended, in ms. */
const lookMs = 1_000;
const pageSize = 500;

type Ports = Pick<Dependencies, 'agents' | 'ledger' | 'runs' | 'runLogs' | 'logger'>;

/**
 * The log of a run after a position, to its end: whatever is printed before the run ends is among it.
 * @param gone ends it before
 */
export async function* followToEnd(
  ports: Ports,
  runId: string,
  after: number,
  gone: AbortSignal,
): AsyncGenerator<RunLogLine[], void, undefined> {
  const done = new AbortController();
  const stop = AbortSignal.any([gone, done.signal]);
  const watching = watchEnd(ports, runId, stop).finally(() => done.abort());
  let position = after;
  try {
    for await (const lines of ports.runLogs.follow(runId, position, stop)) {
      position = lines.at(-1)?.position ?? position;
      yield lines;
    }
  } finally {
    done.abort();
    await watching;
  }
  // All that it printed was kept before it ended.
  while (!gone.aborted) {
    const lines = await ports.runs.logs(runId, position, pageSize);
    if (lines.length > 0) yield lines;
    if (lines.length < pageSize) return;
    position = lines.at(-1)?.position ?? position;
  }
}

/** Resolves when the run has ended, or is told to stop. */
async function watchEnd(ports: Ports, runId: string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      if (hasEnded(await readRun(ports, runId))) return;
    } catch (error) {
      ports.logger.debug({ err: error, runId }, 'whether the run has ended is not known');
    }
    await sleep(lookMs, undefined, { signal: stop }).catch(() => undefined);
  }
}
