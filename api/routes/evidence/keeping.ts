import { uuidv7 } from 'uuidv7';
import type { Dependencies } from '../../dependencies';
import { checkCursor, linkHeader, pageReply } from '../../pages';
import { Problem } from '../../problem';
import { apiPrefix, route, type Route } from '../../route';
import { agentParams, keyHeaders } from '../../schemas';
import {
  hold,
  holdPage,
  holdParams,
  holdQuery,
  holdRelease,
  newHold,
  retention,
  retentionChoice,
} from './keeping-schema';

const tag = 'evidence';

/** @throws Problem `agent_not_found` | `unavailable` */
async function demandAgent({ ledger, agents }: Dependencies, id: string): Promise<void> {
  // The ledger may be a moment behind the agent, and outlives it.
  if ((await ledger.find(id)) === null) await agents.view(id);
}

async function presentRetention({ keeping }: Dependencies, agent: string): Promise<object> {
  const kept = await keeping.retention(agent);
  return { agent, ...kept, days: keeping.classes.get(kept.class) ?? null };
}

const getRetention = route({
  method: 'get',
  path: '/agents/{id}/retention',
  operationId: 'getRetention',
  permission: 'audit:read',
  tag,
  summary: "How long an agent's records are kept",
  params: agentParams,
  responses: { 200: { description: 'Its class, and how far its records have expired.', schema: retention } },
  problems: ['agent_not_found', 'unavailable'],
  async handler({ params: { id }, deps }) {
    await demandAgent(deps, id);
    return { body: await presentRetention(deps, id) };
  },
});

const setRetention = route({
  method: 'post',
  path: '/agents/{id}/retention',
  operationId: 'setRetention',
  permission: 'evidence:govern',
  tag,
  summary: 'Put an agent into a retention class',
  description: 'What has expired already does not come back.',
  params: agentParams,
  body: retentionChoice,
  responses: { 200: { description: 'As it is now.', schema: retention } },
  problems: ['agent_not_found', 'unknown_retention_class', 'unavailable'],
  async handler({ params: { id }, body, principal, record, deps }) {
    if (!deps.keeping.classes.has(body.class)) {
      throw new Problem('unknown_retention_class', `there is no class ${body.class}`);
    }
    await demandAgent(deps, id);
    await deps.keeping.setRetention(id, { ...body, setBy: principal.subject });
    await record({ type: 'RetentionSet', about: id, reason: body.reason, detail: { class: body.class } });
    return { body: await presentRetention(deps, id) };
  },
});

const listHolds = route({
  method: 'get',
  path: '/evidence/holds',
  operationId: 'listHolds',
  permission: 'audit:read',
  tag,
  summary: 'Legal holds, newest first',
  query: holdQuery,
  responses: { 200: { description: 'A page.', schema: holdPage, headers: linkHeader } },
  problems: ['invalid_cursor', 'unavailable'],
  async handler({ query, record, deps }) {
    checkCursor(query.cursor, ['time', 'text']);
    const { agent, released, limit, cursor } = query;
    const page = await deps.keeping.holds({ ...(agent === undefined ? {} : { agent }), released }, limit, cursor);
    await record({ type: 'HoldsRead', ...(agent === undefined ? {} : { about: agent }) });
    return pageReply('/evidence/holds', query, page);
  },
});

const placeHold = route({
  method: 'post',
  path: '/evidence/holds',
  operationId: 'placeHold',
  permission: 'evidence:govern',
  tag,
  summary: 'Keep whatever there is of an agent from expiring',
  description: 'Until it is released; of several holds on an agent each counts by itself.',
  idempotent: true,
  headers: keyHeaders,
  body: newHold,
  responses: { 201: { description: 'It is in force.', schema: hold, headers: { Location: 'Where it is.' } } },
  problems: ['agent_not_found', 'unavailable'],
  async handler({ body: { agent, reason }, principal, record, deps }) {
    await demandAgent(deps, agent);
    const placed = await deps.keeping.placeHold({ id: uuidv7(), agent, reason, placedBy: principal.subject });
    await record({ type: 'HoldPlaced', about: agent, reason, detail: { hold: placed.id } });
    return { status: 201, body: placed, headers: { Location: `${apiPrefix}/evidence/holds/${placed.id}` } };
  },
});

const getHold = route({
  method: 'get',
  path: '/evidence/holds/{id}',
  operationId: 'getHold',
  permission: 'audit:read',
  tag,
  summary: 'A legal hold',
  params: holdParams,
  responses: { 200: { description: 'The hold.', schema: hold } },
  problems: ['hold_not_found', 'unavailable'],
  async handler({ params: { id }, record, deps }) {
    const found = await deps.keeping.findHold(id);
    if (!found) throw new Problem('hold_not_found', `there is no legal hold ${id}`);
    await record({ type: 'HoldsRead', about: found.agent, detail: { hold: id } });
    return { body: found };
  },
});

const releaseHold = route({
  method: 'post',
  path: '/evidence/holds/{id}/release',
  operationId: 'releaseHold',
  permission: 'evidence:govern',
  tag,
  summary: 'Release a legal hold',
  description: 'What its class lets expire may go from now on.',
  params: holdParams,
  body: holdRelease,
  responses: { 200: { description: 'It is no more in force.', schema: hold } },
  problems: ['hold_not_found', 'hold_released', 'unavailable'],
  async handler({ params: { id }, body: { reason }, principal, record, deps }) {
    if (!(await deps.keeping.findHold(id))) throw new Problem('hold_not_found', `there is no legal hold ${id}`);
    const released = await deps.keeping.releaseHold(id, principal.subject, reason);
    if (!released) throw new Problem('hold_released', `the legal hold ${id} was released before`);
    await record({ type: 'HoldReleased', about: released.agent, reason, detail: { hold: id } });
    return { body: released };
  },
});

export const keepingRoutes: Route[] = [getRetention, setRetention, listHolds, placeHold, getHold, releaseHold];
