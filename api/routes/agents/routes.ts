import { Type } from '@sinclair/typebox';
import { kindNamed } from '../../../actors/registry';
import { demand, demandReach, within } from '../../access/authorize';
import { kindDemand } from '../../access/policy';
import { liveAgent, presentAgent, snapshotOf } from '../../agent-reader';
import { sendCommand } from '../../commands';
import { agentExamples } from '../../examples/agents';
import { checkCursor, linkHeader, pageReply } from '../../pages';
import { problemOf } from '../../problem';
import { apiPrefix, route, type Route } from '../../route';
import { agent, agentParams, writeHeaders } from '../../schemas';
import { createAgent } from './create';
import { fork } from './fork';
import { agentPage, getQuery, listQuery, newAgent } from './schema';

const tag = 'agents';
const configSchema = Type.Object({}, { examples: [agentExamples.configSchema] });

const list = route({
  method: 'get',
  path: '/agents',
  operationId: 'listAgents',
  permission: 'agents:read',
  tag,
  summary: 'List agents, newest first',
  query: listQuery,
  responses: { 200: { description: 'A page.', schema: agentPage, headers: linkHeader } },
  problems: ['invalid_cursor', 'unavailable'],
  async handler({ query, principal, deps }) {
    const { limit, cursor, ids, ...rest } = query;
    const filter = { ...rest, ...(ids === undefined ? {} : { ids: ids.split(',') }) };
    checkCursor(cursor, ['time', 'text']);
    demand(principal, kindDemand(filter.kind));
    return pageReply('/agents', query, await deps.ledger.list({ ...filter, ...within(principal) }, limit, cursor));
  },
});

const create = route({
  method: 'post',
  path: '/agents',
  operationId: 'createAgent',
  permission: 'agents:create',
  tag,
  summary: 'Create an agent',
  idempotent: true,
  headers: writeHeaders,
  body: newAgent,
  responses: {
    201: {
      description: 'It lives.',
      schema: agent,
      headers: {
        Location: 'Where it is.',
        ETag: 'Version of its config.',
      },
    },
  },
  problems: ['unknown_kind', 'internal_kind', 'invalid_config', 'agent_exists', 'unavailable'],
  async handler({ body, principal, headers, deps }) {
    if (principal.agents !== null) demandReach(principal, body.id ?? '');
    const { agent: made, replayed } = await createAgent(deps, body, { principal, headers });
    return {
      status: 201,
      body: made,
      headers: {
        Location: `${apiPrefix}/agents/${made.id}`,
        ETag: `"${made.configVersion}"`,
        ...(replayed ? { 'Idempotent-Replayed': 'true' } : {}),
      },
    };
  },
});

const get = route({
  method: 'get',
  path: '/agents/{id}',
  operationId: 'getAgent',
  permission: 'agents:read',
  tag,
  summary: 'An agent as it stands',
  params: agentParams,
  query: getQuery,
  responses: { 200: { description: 'The agent.', schema: agent } },
  problems: ['agent_not_found', 'unavailable'],
  async handler({ params: { id }, query: { consistency }, deps }) {
    if (consistency === 'snapshot') return { body: await snapshotOf(deps, id) };
    const found = await liveAgent(deps, id);
    return { body: presentAgent(found.agent, found.consistency) };
  },
});

const stop = route({
  method: 'delete',
  path: '/agents/{id}',
  operationId: 'stopAgent',
  permission: 'agents:stop',
  tag,
  summary: 'Stop an agent; its history stays',
  description: 'Stopping an agent that is stopped changes nothing.',
  params: agentParams,
  headers: writeHeaders,
  responses: { 200: { description: 'The agent as it ended.', schema: agent } },
  problems: ['agent_not_found', 'internal_kind', 'queue_full', 'unavailable'],
  async handler({ params: { id }, principal, headers, deps }) {
    try {
      await sendCommand(deps, id, { type: 'Stop', data: {} }, { principal, headers });
    } catch (error) {
      if (problemOf(error).code !== 'agent_stopped') throw error;
    }
    const found = await liveAgent(deps, id);
    return { body: presentAgent(found.agent, found.consistency) };
  },
});

const schema = route({
  method: 'get',
  path: '/agents/{id}/schema',
  operationId: 'getAgentSchema',
  permission: 'agents:read',
  tag,
  summary: "JSON Schema of an agent's config",
  params: agentParams,
  responses: { 200: { description: 'A JSON Schema, 2020-12.', schema: configSchema } },
  problems: ['agent_not_found', 'unavailable'],
  async handler({ params: { id }, deps }) {
    const found = await liveAgent(deps, id);
    return { body: { $schema: 'https://json-schema.org/draft/2020-12/schema', ...kindNamed(found.agent.kind).config } };
  },
});

export const agentRoutes: Route[] = [list, create, fork, get, stop, schema];
