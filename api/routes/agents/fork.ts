import { forkOf } from '../../../actors/core/fork';
import { checkedConfig } from '../../../actors/core/validate';
import { kindNamed } from '../../../actors/registry';
import { demand, demandReach } from '../../access/authorize';
import { demandOn } from '../../access/policy';
import { commandMeta } from '../../commands';
import { momentOf } from '../../moment';
import { apiPrefix, route } from '../../route';
import { agent as agentSchema, agentParams, writeHeaders } from '../../schemas';
import { makeAgent, newAgentId } from './create';
import { forkBody } from './schema';

export const fork = route({
  method: 'post',
  path: '/agents/{id}/fork',
  operationId: 'forkAgent',
  permission: 'agents:create',
  tag: 'agents',
  summary: 'Make a new agent that begins as this one stood at a moment',
  description:
    'Its first event holds the state and the config of that moment, and names the record of the other agent up to which the two are one. ' +
    'Nothing that was pending is carried over: runs, pauses, issues that were open; what needs approval is asked anew. The other agent ' +
    'is left as it is, and may be stopped. Demands `events:read` too.',
  idempotent: true,
  params: agentParams,
  headers: writeHeaders,
  body: forkBody,
  responses: {
    201: {
      description: 'It lives.',
      schema: agentSchema,
      headers: { Location: 'Where it is.', ETag: 'Version of its config.' },
    },
  },
  problems: [
    'agent_not_found',
    'out_of_range',
    'not_allowed',
    'limit_reached',
    'invalid_config',
    'agent_exists',
    'unavailable',
  ],
  async handler({ params, body, principal, headers, deps }) {
    demand(principal, demandOn(params.id, 'events:read'));
    if (principal.agents !== null) demandReach(principal, body.id ?? '');
    const sender = { principal, headers };
    const { at, reason } = body;
    const then = await deps.moments.at(params.id, at === undefined ? undefined : momentOf(String(at)));
    const kind = kindNamed(then.kind);
    // Told apart from what the same key may have made of nothing, or of another agent.
    const command = { ...commandMeta(sender, `:fork:${params.id}`), ...(reason === undefined ? {} : { reason }) };
    const id = body.id ?? newAgentId(sender, command.id);
    const { agent, replayed } = await makeAgent(deps, {
      kind: kind.name,
      id,
      name: body.name ?? then.name,
      // Checked again: the schema may have become stricter since.
      config: checkedConfig(kind, then.config),
      fork: forkOf(kind, then),
      command,
    });
    return {
      status: 201,
      body: agent,
      headers: {
        Location: `${apiPrefix}/agents/${id}`,
        ETag: `"${agent.configVersion}"`,
        ...(replayed ? { 'Idempotent-Replayed': 'true' } : {}),
      },
    };
  },
});
