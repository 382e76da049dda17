import { demandRunReach } from '../../access/authorize';
import { launchMeta, launchReply, newRunId } from '../../launching';
import { momentOf, type Moment } from '../../moment';
import { problemOf } from '../../problem';
import { route, type Call, type Route } from '../../route';
import { runDiff } from '../../run-diff';
import { presentRunMoment } from '../../run-moment';
import { noRun, readRun, type Run } from '../../run-reader';
import { writeHeaders } from '../../schemas';
import { diffQuery, forkBody, momentQuery, runDifference, runMoment } from './moments-schema';
import { runParams } from './schema';
import { startedResponse } from './start';

const tag = 'runs';

/** @throws Problem `run_not_found` | `out_of_range` | `unavailable` */
async function runAt({ moments }: Call['deps'], id: string, moment: Moment | undefined): Promise<Run> {
  const agent = await moments.at(id, moment).catch((error: unknown) => {
    throw problemOf(error).code === 'agent_not_found' ? noRun(id) : error;
  });
  if (agent.kind !== 'run') throw noRun(id);
  return agent as Run;
}

const state = route({
  method: 'get',
  path: '/runs/{id}/state',
  operationId: 'getRunStateAt',
  permission: 'runs:read',
  tag,
  summary: 'What was known, waited for and approved after an event, or at a time',
  params: runParams,
  query: momentQuery,
  responses: { 200: { description: 'Folded from its events.', schema: runMoment } },
  problems: ['run_not_found', 'out_of_range', 'unavailable'],
  async handler({ params: { id }, query: { at }, principal, record, deps }) {
    const run = await runAt(deps, id, at === undefined ? undefined : momentOf(at));
    if (at !== undefined) await deps.pastReads.note({ principal, record }, id, { at });
    return { body: presentRunMoment(run, await deps.events.one(id, run.sequence)) };
  },
});

const diff = route({
  method: 'get',
  path: '/runs/{id}/diff',
  operationId: 'diffRuns',
  permission: 'runs:read',
  tag,
  summary: 'How another run differs from this one',
  params: runParams,
  query: diffQuery,
  responses: { 200: { description: 'From this one to the other.', schema: runDifference } },
  problems: ['run_not_found', 'unavailable'],
  async handler({ params: { id }, query: { with: other }, principal, record, deps }) {
    await demandRunReach(deps, principal, other);
    const [a, b] = [await readRun(deps, id), await readRun(deps, other)];
    await deps.pastReads.note({ principal, record }, id, { with: other });
    return { body: runDiff(a, b) };
  },
});

const fork = route({
  method: 'post',
  path: '/runs/{id}/fork',
  operationId: 'forkRun',
  permission: 'runs:start',
  tag,
  summary: 'Begin a new run that goes on as this one stood at a moment',
  description:
    'Steps that were done by then count as done, with their outputs; those that were under way begin anew, and approvals are asked again. ' +
    'This run is left as it is; while it goes on, it holds its locks, and the new one waits for them.',
  idempotent: true,
  params: runParams,
  headers: writeHeaders,
  body: forkBody,
  responses: { 201: startedResponse },
  problems: [
    'run_not_found',
    'out_of_range',
    'invalid_input',
    'not_allowed',
    'agent_exists',
    'key_reused',
    'unavailable',
  ],
  async handler({ params: { id }, body: { at, id: chosen, reason }, headers, principal, deps }) {
    const sender = { principal, headers };
    const run = await runAt(deps, id, momentOf(String(at)));
    const launched = await deps.launcher.fork(run, {
      id: chosen ?? newRunId(sender, `fork ${id}`),
      ...launchMeta(sender, reason),
    });
    return launchReply(deps, launched, { of: id, startedBy: principal.subject, chosen: chosen !== undefined });
  },
});

export const runMomentRoutes: Route[] = [state, diff, fork];
