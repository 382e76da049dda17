import { Readable } from 'node:stream';
import type { RunLogLine } from '../../../infra/postgres/run-logs';
import type { RunLedger } from '../../read-side';
import { linkHeader, nextLink } from '../../pages';
import { route } from '../../route';
import { followToEnd } from '../../run-log-follower';
import { readRun } from '../../run-reader';
import { ndjson } from '../events/ndjson';
import { logLine, logPage, logsQuery, runParams } from './schema';

const pageSize = 2_000;

export const logs = route({
  method: 'get',
  path: '/runs/{id}/logs',
  operationId: 'readRunLogs',
  permission: 'runs:read',
  tag: 'runs',
  summary: 'What the steps of a run print, in order',
  description:
    'A page; `position` of it is `after` for the next one, and for following over the WebSocket without a gap. With `follow=true` NDJSON, ' +
    'one line each, which ends when the run has ended and everything was sent.',
  params: runParams,
  query: logsQuery,
  responses: { 200: { description: 'A page, or a stream.', schema: logPage, line: logLine, headers: linkHeader } },
  problems: ['run_not_found', 'unavailable'],
  async handler({ params: { id }, query: { after, limit, step, follow }, gone, deps }) {
    await readRun(deps, id);
    if (follow) {
      const lines = followToEnd(deps, id, after, gone());
      return { body: Readable.from(texts(lines, step)), type: ndjson };
    }
    const found = await page(deps.runs, id, { after, limit, step });
    if (!found.more) return { body: found };
    return { body: found, headers: nextLink(`/runs/${id}/logs`, { after: found.position, limit, step }) };
  },
});

/** One page of lines, of one step where that is asked for. */
async function page(
  runs: RunLedger,
  id: string,
  { after, limit, step }: { after: number; limit: number; step: string | undefined },
): Promise<{ lines: RunLogLine[]; position: number; more: boolean }> {
  const lines: RunLogLine[] = [];
  for (let position = after; ;) {
    // One more than shown tells whether there is more.
    const most = step === undefined ? limit + 1 : pageSize;
    const read = await runs.logs(id, position, most);
    for (const line of read) {
      if (step !== undefined && line.path !== step) {
        position = line.position;
        continue;
      }
      if (lines.length === limit) return { lines, position, more: true };
      lines.push(line);
      position = line.position;
    }
    if (read.length < most) return { lines, position, more: false };
  }
}

async function* texts(batches: AsyncIterable<RunLogLine[]>, step: string | undefined): AsyncGenerator<string> {
  for await (const lines of batches) {
    const wanted = step === undefined ? lines : lines.filter(({ path }) => path === step);
    if (wanted.length > 0) yield wanted.map((line) => `${JSON.stringify(line)}\n`).join('');
  }
}
