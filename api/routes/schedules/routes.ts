import { Type } from '@sinclair/typebox';
import { checkedInput } from '../../../actors/runbook/input';
import type { Dependencies } from '../../dependencies';
import { checkCursor, linkHeader, pageQuery, pageReply } from '../../pages';
import { Problem } from '../../problem';
import type { ProblemCode } from '../../problems';
import { apiPrefix, route, type Route } from '../../route';
import { keyHeaders } from '../../schemas';
import { backfillBody, deleted, newSchedule, noteBody, schedule, scheduleList, scheduleParams } from './schema';

const tag = 'schedules';
const problems: ProblemCode[] = ['schedule_not_found', 'unavailable'];
const shown = { 200: { description: 'The schedule.', schema: schedule } };

const list = route({
  method: 'get',
  path: '/schedules',
  operationId: 'listSchedules',
  permission: 'schedules:read',
  tag,
  summary: 'List schedules',
  query: Type.Object(pageQuery, { additionalProperties: false }),
  responses: { 200: { description: 'A page, by id.', schema: scheduleList, headers: linkHeader } },
  problems: ['invalid_cursor', 'unavailable'],
  async handler({ query, deps }) {
    checkCursor(query.cursor, ['text']);
    return pageReply('/schedules', query, await deps.schedules.list(query.limit, query.cursor));
  },
});

const create = route({
  method: 'post',
  path: '/schedules',
  operationId: 'createSchedule',
  permission: 'schedules:write',
  tag,
  summary: 'Run a runbook at set times',
  description: 'The runbook and its input are checked now; its newest version runs unless one is named.',
  idempotent: true,
  headers: keyHeaders,
  body: newSchedule,
  responses: { 201: { description: 'It is set.', schema: schedule, headers: { Location: 'Where it is.' } } },
  problems: ['schedule_exists', 'invalid_schedule', 'runbook_not_found', 'invalid_input', 'unavailable'],
  async handler({ body, principal, deps }) {
    const { time_zone, catchup_window, version, input = {}, cron, every, note, ...rest } = body;
    await checkRunbook(deps, body.runbook, version, input);
    const made = await deps.schedules.create({
      ...rest,
      input,
      catchupWindowMs: catchup_window * 1000,
      createdBy: principal.subject,
      ...(version === undefined ? {} : { version }),
      ...(cron === undefined ? {} : { cron }),
      ...(every === undefined ? {} : { everyMs: every * 1000 }),
      ...(time_zone === undefined ? {} : { timeZone: time_zone }),
      ...(note === undefined ? {} : { note }),
    });
    return { status: 201, body: made, headers: { Location: `${apiPrefix}/schedules/${made.id}` } };
  },
});

/** @throws Problem `runbook_not_found`, DomainError `invalid_input` */
async function checkRunbook(
  { runbooks }: Dependencies,
  name: string,
  version: number | undefined,
  input: Record<string, unknown>,
): Promise<void> {
  const found = await runbooks.read(name, version);
  if (!found) throw new Problem('runbook_not_found', `there is no such runbook as ${name}`);
  checkedInput(found.document, input);
}

const get = route({
  method: 'get',
  path: '/schedules/{id}',
  operationId: 'getSchedule',
  permission: 'schedules:read',
  tag,
  summary: 'A schedule, with its next times',
  params: scheduleParams,
  responses: shown,
  problems,
  handler: async ({ params: { id }, deps }) => ({ body: await deps.schedules.get(id) }),
});

const remove = route({
  method: 'delete',
  path: '/schedules/{id}',
  operationId: 'deleteSchedule',
  permission: 'schedules:write',
  tag,
  summary: 'Delete a schedule; its runs stay',
  params: scheduleParams,
  responses: { 200: { description: 'It is gone.', schema: deleted } },
  problems,
  async handler({ params: { id }, deps }) {
    await deps.schedules.remove(id);
    return { body: { id } };
  },
});

function control(
  name: 'pause' | 'resume' | 'trigger',
  summary: string,
  act: (deps: Dependencies, id: string, note: string | undefined) => Promise<void>,
): Route {
  return route({
    method: 'post',
    path: `/schedules/{id}/${name}`,
    operationId: `${name}Schedule`,
    permission: 'schedules:write',
    tag,
    summary,
    idempotent: true,
    params: scheduleParams,
    headers: keyHeaders,
    body: noteBody,
    responses: shown,
    problems,
    async handler({ params: { id }, body: { note }, deps }) {
      await act(deps, id, note);
      return { body: await deps.schedules.get(id) };
    },
  });
}

const backfill = route({
  method: 'post',
  path: '/schedules/{id}/backfill',
  operationId: 'backfillSchedule',
  permission: 'schedules:write',
  tag,
  summary: 'Begin what would have begun in a span of the past',
  idempotent: true,
  headers: keyHeaders,
  params: scheduleParams,
  body: backfillBody,
  responses: shown,
  problems: [...problems, 'invalid_schedule'],
  async handler({ params: { id }, body: { from, to }, deps }) {
    if (from >= to) throw new Problem('invalid_schedule', '`from` comes before `to`');
    await deps.schedules.backfill(id, from, to);
    return { body: await deps.schedules.get(id) };
  },
});

export const scheduleRoutes: Route[] = [
  list,
  create,
  get,
  remove,
  control('pause', 'Begin no runs until it is resumed', ({ schedules }, id, note) => schedules.pause(id, note)),
  control('resume', 'Go on after a pause', ({ schedules }, id, note) => schedules.resume(id, note)),
  control('trigger', 'Begin a run now', ({ schedules }, id) => schedules.trigger(id)),
  backfill,
];
