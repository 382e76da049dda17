import { Type } from '@sinclair/typebox';
import { targetAgentId } from '../../../actors/target/key';
import { replayHeader, sendCommand } from '../../commands';
import { runExamples } from '../../examples/runs';
import { checkCursor, linkHeader, nextCursor, pageQuery, pageReply } from '../../pages';
import { Problem, problemOf } from '../../problem';
import { route, type Route } from '../../route';
import { agentId, writeHeaders } from '../../schemas';
import { commandDone } from '../commands/schema';

const tag = 'locks';
const strict = { additionalProperties: false };
const key = Type.String({ description: 'Names a real thing, such as `service:web`.', minLength: 1, maxLength: 1000 });

const claim = Type.Object({
  owner: Type.String({ description: 'Id of the run.' }),
  step: Type.Optional(Type.Union([Type.String(), Type.Null()], { description: 'Where not the whole run wants it.' })),
  since: Type.String({ format: 'date-time' }),
  until: Type.Optional(Type.String({ description: 'When the lease ends.', format: 'date-time' })),
});

const lock = Type.Object(
  {
    key,
    agent: Type.String({ description: 'The agent that keeps it; its events tell who had it.' }),
    slots: Type.Integer({ description: 'How many may hold it at once.' }),
    holders: Type.Array(claim),
    queue: Type.Array(claim, { description: 'The next one first.' }),
    updatedAt: Type.String({ format: 'date-time' }),
  },
  { $id: 'Lock' },
);

const list = route({
  method: 'get',
  path: '/locks',
  operationId: 'listLocks',
  permission: 'locks:read',
  tag,
  summary: 'Who holds what, and who waits for it',
  query: Type.Object(
    {
      key: Type.Optional(key),
      held: Type.Optional(Type.Boolean({ description: 'Those that somebody holds, or nobody.' })),
      ...pageQuery,
    },
    strict,
  ),
  responses: {
    200: {
      description: 'A page, by key.',
      schema: Type.Object(
        { locks: Type.Array(lock), next: nextCursor },
        { $id: 'LockPage', examples: [runExamples.lockPage] },
      ),
      headers: linkHeader,
    },
  },
  problems: ['invalid_cursor', 'unavailable'],
  async handler({ query, deps }) {
    const { limit, cursor, ...filter } = query;
    checkCursor(cursor, ['text']);
    const { targets, next } = await deps.runs.targets(filter, limit, cursor);
    return pageReply('/locks', query, { locks: targets, next } as { next: string | null });
  },
});

const breakLock = route({
  method: 'post',
  path: '/locks/break',
  operationId: 'breakLock',
  permission: 'locks:break',
  tag,
  summary: 'Take a lock from whoever holds it',
  description: 'For roles `admin` and `operator`. The run that loses it is paused; who took it and why is on record.',
  headers: writeHeaders,
  body: Type.Object(
    { key, owner: Type.Optional(agentId), reason: Type.String({ minLength: 1, maxLength: 1000 }) },
    { ...strict, examples: [runExamples.lockBreak] },
  ),
  responses: {
    200: {
      description: 'It is free, or goes to the next in line.',
      schema: commandDone,
      headers: { 'Idempotent-Replayed': '`true` where an earlier try had done it.' },
    },
  },
  problems: [
    'lock_not_found',
    'not_found',
    'role_missing',
    'reason_required',
    'not_allowed',
    'queue_full',
    'unavailable',
  ],
  async handler({ body, headers, principal, deps }) {
    const data = body.owner === undefined ? {} : { owner: body.owner };
    const order = { type: 'Break', data, reason: body.reason };
    try {
      const outcome = await sendCommand(deps, targetAgentId(body.key), order, { principal, headers });
      return { body: outcome, headers: replayHeader([outcome]) };
    } catch (error) {
      if (problemOf(error).code !== 'agent_not_found') throw error;
      throw new Problem('lock_not_found', `nobody has ever asked for a lock of ${body.key}`);
    }
  },
});

export const lockRoutes: Route[] = [list, breakLock];
