import { setTimeout as delay } from 'node:timers/promises';
import { ask, askPage } from './api';
import type { Context } from './context';
import { CliError, exitCodes } from './errors';
import { followLines } from './follow-lines';
import { localTime } from './output';

interface LogLine {
  position: number;
  path: string;
  stream: 'stdout' | 'stderr' | 'info';
  time: string;
  text: string;
}

/** Statuses of a run that goes on. */
const going = ['starting', 'running', 'paused', 'undoing', 'verifying'];
const lookEveryMs = 500;
const pageSize = 2000;

/** Prints the log of a run, and with `follow` what comes until it has ended. */
export async function showLogs(
  { api, out, credential }: Context,
  id: string,
  { step, follow }: { step?: string; follow?: boolean },
): Promise<void> {
  const show = (line: LogLine): void => out.item(line, `${localTime(line.time)}  ${line.path}  ${line.text}`);
  const only = step === undefined ? {} : { step };
  if (follow) {
    const query = { ...only, follow: true, after: 0, limit: pageSize };
    const call = api.GET('/api/v1/runs/{id}/logs', { params: { path: { id }, query }, parseAs: 'stream' });
    for await (const line of followLines<LogLine>(credential.url, call)) show(line);
    return;
  }
  for (let after = 0, more = true; more;) {
    const query = { ...only, after, limit: pageSize };
    const page = await askPage(api.GET('/api/v1/runs/{id}/logs', { params: { path: { id }, query } }));
    for (const line of page.lines) show(line);
    ({ position: after, more } = page);
  }
}

/**
 * Waits until a run has ended, and shows where it is.
 * @throws CliError where it does not end well
 */
export async function waitForEnd({ api, out }: Context, id: string): Promise<void> {
  const progress = out.progress(`run ${id}`);
  try {
    for (;;) {
      const run = await ask(api.GET('/api/v1/runs/{id}', { params: { path: { id } } }));
      if (!going.includes(run.status)) {
        progress.stop();
        if (run.status !== 'succeeded') {
          const why = run.error ? `: ${run.error.message} (${run.error.code})` : '';
          throw new CliError(`run ${id} ${run.status}${why}`, exitCodes.refused);
        }
        return out.done(run, `run ${id} succeeded`);
      }
      const at = run.steps.filter(({ endedAt }) => endedAt === null).map(({ path, status }) => `${path} ${status}`);
      progress.text(`run ${id}: ${[run.status, ...at].join(', ')}`);
      await delay(lookEveryMs);
    }
  } finally {
    progress.stop();
  }
}
