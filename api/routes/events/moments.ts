import { comparedOf } from '../../../actors/core/agent-state';
import { formatCursor, parseCursor } from '../../../projections/queries/cursor';
import { presentAgent } from '../../agent-reader';
import { blame } from '../../blame';
import { jsonDiff } from '../../json-diff';
import { momentOf } from '../../moment';
import { checkCursor, linkHeader, pageReply } from '../../pages';
import { spanOf } from '../../replay-span';
import { route, type Route } from '../../route';
import { agent, agentParams } from '../../schemas';
import { agentDiff, blamePage, blameQuery, diffQuery, replayPlan, replayQuery, stateQuery } from './moments-schema';

const tag = 'events';

const state = route({
  method: 'get',
  path: '/agents/{id}/state',
  operationId: 'getStateAt',
  permission: 'events:read',
  tag,
  summary: 'An agent as it stood after an event, or at a time',
  description: 'Also of agents that are stopped, or that only the ledger remembers. Reading the past is on record.',
  params: agentParams,
  query: stateQuery,
  responses: { 200: { description: 'Folded from its events.', schema: agent } },
  problems: ['agent_not_found', 'out_of_range', 'records_expired', 'unavailable'],
  async handler({ params: { id }, query: { at }, principal, record, deps }) {
    const then = await deps.moments.at(id, at === undefined ? undefined : momentOf(at));
    if (at !== undefined) await deps.pastReads.note({ principal, record }, id, { at });
    return { body: presentAgent(then, 'history') };
  },
});

const diff = route({
  method: 'get',
  path: '/agents/{id}/diff',
  operationId: 'diffStates',
  permission: 'events:read',
  tag,
  summary: 'What changed between two events, or two times',
  params: agentParams,
  query: diffQuery,
  responses: { 200: { description: 'A JSON Patch.', schema: agentDiff } },
  problems: ['agent_not_found', 'out_of_range', 'records_expired', 'unavailable'],
  async handler({ params: { id }, query: { from, to }, principal, record, deps }) {
    const before = await deps.moments.at(id, momentOf(from));
    const after = await deps.moments.at(id, momentOf(to));
    await deps.pastReads.note({ principal, record }, id, { from, to });
    return {
      body: { from: before.sequence, to: after.sequence, diff: jsonDiff(comparedOf(before), comparedOf(after)) },
    };
  },
});

const trace = route({
  method: 'get',
  path: '/agents/{id}/blame',
  operationId: 'blame',
  permission: 'events:read',
  tag,
  summary: 'Who changed a value, when and why, newest first',
  params: agentParams,
  query: blameQuery,
  responses: { 200: { description: 'A page of events that changed it.', schema: blamePage, headers: linkHeader } },
  problems: ['agent_not_found', 'out_of_range', 'records_expired', 'invalid_cursor', 'unavailable'],
  async handler({ params: { id }, query, record, deps }) {
    const { path, limit, cursor } = query;
    checkCursor(cursor, ['number']);
    const [before] = parseCursor(cursor, ['number']) ?? [];
    const { events, next } = await blame(
      deps.moments,
      id,
      path,
      before === undefined ? undefined : Number(before),
      limit,
    );
    await record({ type: 'ChangesTraced', about: id, detail: { path } });
    const page = { events, next: next === null ? null : formatCursor([String(next)]) };
    return pageReply(`/agents/${id}/blame`, query, page);
  },
});

const replay = route({
  method: 'get',
  path: '/agents/{id}/replay',
  operationId: 'planReplay',
  permission: 'events:read',
  tag,
  summary: 'What to send over the WebSocket to see a span of history as it happened',
  description:
    'The socket plays it: `{"op":"replayed","replay":…,"event":…}`, with the pauses between events divided by `speed`, none longer than 5 s. ' +
    '`{"op":"replay_pause"}`, `replay_resume` and `replay_stop` with its `replay` do what they say. Playing it is on record.',
  params: agentParams,
  query: replayQuery,
  responses: { 200: { description: 'What will be played.', schema: replayPlan } },
  problems: ['agent_not_found', 'out_of_range', 'records_expired', 'unavailable'],
  async handler({ params: { id }, query: { from: first, to: last, speed }, deps }) {
    const { from, to } = await spanOf(deps.moments, id, first, last);
    const [begin, ended] = await Promise.all([from, to].map((sequence) => deps.events.one(id, sequence)));
    const message = { op: 'replay', agent: id, from: String(from), to: String(to), speed };
    const times = { begins: begin?.time, ends: ended?.time };
    return { body: { agent: id, from, to, events: to - from + 1, ...times, socket: '/ws', message } };
  },
});

export const momentRoutes: Route[] = [state, diff, trace, replay];
