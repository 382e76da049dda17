import { within } from '../../access/authorize';
import { launchMeta, launchReply, newRunId } from '../../launching';
import { checkCursor, linkHeader, pageReply } from '../../pages';
import { route } from '../../route';
import { presentRun, readRun } from '../../run-reader';
import { writeHeaders } from '../../schemas';
import { listQuery, newRun, plan, rerunBody, run, runPage, runParams } from './schema';

const tag = 'runs';

export const startedResponse = {
  description: 'It has begun.',
  schema: run,
  headers: { Location: 'Where it is.' },
};

export const list = route({
  method: 'get',
  path: '/runs',
  operationId: 'listRuns',
  permission: 'runs:read',
  tag,
  summary: 'List runs, newest first',
  query: listQuery,
  responses: { 200: { description: 'A page.', schema: runPage, headers: linkHeader } },
  problems: ['invalid_cursor', 'unavailable'],
  async handler({ query, principal, deps }) {
    const { limit, cursor, ...filter } = query;
    checkCursor(cursor, ['time', 'text']);
    const reach = principal.agents === null ? {} : { ...within(principal), owner: principal.subject };
    return pageReply('/runs', query, await deps.runs.list({ ...filter, ...reach }, limit, cursor));
  },
});

export const start = route({
  method: 'post',
  path: '/runs',
  operationId: 'startRun',
  permission: 'runs:start',
  tag,
  summary: 'Begin a run of a runbook, or see what it would do',
  idempotent: true,
  headers: writeHeaders,
  body: newRun,
  responses: { 200: { description: 'With `dry_run`: what it would do.', schema: plan }, 201: startedResponse },
  problems: ['runbook_not_found', 'invalid_input', 'agent_exists', 'key_reused', 'unavailable'],
  async handler({ body, headers, principal, deps }) {
    const { runbook, version, input = {}, reason, dry_run } = body;
    const sender = { principal, headers };
    const request = {
      runbook,
      ...(version === undefined ? {} : { version }),
      input,
      trigger: { type: 'api' as const },
      ...launchMeta(sender, reason),
    };
    if (dry_run) return { body: await deps.launcher.plan(request) };
    const launched = await deps.launcher.launch({ ...request, id: body.id ?? newRunId(sender, 'start') });
    return launchReply(deps, launched, { runbook, startedBy: principal.subject, chosen: body.id !== undefined });
  },
});

export const get = route({
  method: 'get',
  path: '/runs/{id}',
  operationId: 'getRun',
  permission: 'runs:read',
  tag,
  summary: 'A run as it stands',
  params: runParams,
  responses: { 200: { description: 'The run.', schema: run } },
  problems: ['run_not_found', 'unavailable'],
  async handler({ params: { id }, deps }) {
    return { body: presentRun(await readRun(deps, id)) };
  },
});

export const rerun = route({
  method: 'post',
  path: '/runs/{id}/rerun',
  operationId: 'rerun',
  permission: 'runs:start',
  tag,
  summary: 'Begin the same again, with another input where one is given',
  idempotent: true,
  params: runParams,
  headers: writeHeaders,
  body: rerunBody,
  responses: { 201: startedResponse },
  problems: ['run_not_found', 'runbook_not_found', 'invalid_input', 'not_allowed', 'key_reused', 'unavailable'],
  async handler({ params, body: { input, version, reason }, headers, principal, deps }) {
    const sender = { principal, headers };
    const launched = await deps.launcher.rerun(params.id, {
      id: newRunId(sender, `rerun ${params.id}`),
      ...launchMeta(sender, reason),
      ...(input === undefined ? {} : { input }),
      ...(version === undefined ? {} : { version }),
    });
    return launchReply(deps, launched, { of: params.id, startedBy: principal.subject, chosen: false });
  },
});
