import { eventName } from '../../../actors/core/event';
import { liveAgent } from '../../agent-reader';
import { replayHeader, sendCommand, type Outcome } from '../../commands';
import { recordConfigs } from '../../config-acts';
import { linkHeader, nextLink } from '../../pages';
import { expectedVersion } from '../../preconditions';
import { Problem } from '../../problem';
import { route, type Reply, type Route } from '../../route';
import { agentParams, configWriteHeaders, readHeaders } from '../../schemas';
import { tellingConflict } from './conflict';
import { changed, config, rollback, versionPage as versionPageSchema, versionsQuery } from './schema';
import { configRecord, findVersion, versionPage } from './versions';

const tag = 'config';
const etag = 'Version of the config, in quotes.';
const replayed = '`true` where an earlier try had done it.';

const get = route({
  method: 'get',
  path: '/agents/{id}/config',
  operationId: 'getConfig',
  permission: 'agents:read',
  tag,
  summary: "An agent's config",
  params: agentParams,
  headers: readHeaders,
  responses: { 200: { description: 'The config itself.', schema: config, headers: { ETag: etag } } },
  problems: ['agent_not_found', 'unavailable'],
  async handler({ params: { id }, deps }) {
    const { agent } = await liveAgent(deps, id);
    return { body: agent.config as object, headers: { ETag: `"${agent.configVersion}"` } };
  },
});

const set = route({
  method: 'post',
  path: '/agents/{id}/config',
  operationId: 'setConfig',
  permission: 'agents:configure',
  tag,
  summary: "Replace an agent's config: a new version, in effect at once",
  params: agentParams,
  headers: configWriteHeaders,
  body: config,
  responses: {
    200: { description: 'The new version.', schema: changed, headers: { ETag: etag, 'Idempotent-Replayed': replayed } },
  },
  problems: [
    'agent_not_found',
    'agent_stopped',
    'internal_kind',
    'invalid_config',
    'version_conflict',
    'key_reused',
    'queue_full',
    'unavailable',
  ],
  async handler({ params: { id }, body, headers, principal, record, deps }) {
    const outcome = await tellingConflict(deps, id, () => {
      const data = { config: body, ...expectation(headers['if-match']) };
      return sendCommand(deps, id, { type: 'SetConfig', data }, { principal, headers });
    });
    await recordConfigs(record, id, [outcome]);
    return changeReply(outcome);
  },
});

const versions = route({
  method: 'get',
  path: '/agents/{id}/config/versions',
  operationId: 'listConfigVersions',
  permission: 'events:read',
  tag,
  summary: 'Versions of a config, newest first: who, when, what changed',
  params: agentParams,
  query: versionsQuery,
  responses: { 200: { description: 'A page.', schema: versionPageSchema, headers: linkHeader } },
  problems: ['agent_not_found', 'unavailable'],
  async handler({ params: { id }, query: { limit, before }, deps }) {
    const { agent } = await liveAgent(deps, id);
    const page = await versionPage(deps.events, agent, limit, before);
    if (page.next === null) return { body: page };
    return { body: page, headers: nextLink(`/agents/${id}/config/versions`, { limit, before: page.next }) };
  },
});

const rollBack = route({
  method: 'post',
  path: '/agents/{id}/config/rollback',
  operationId: 'rollBackConfig',
  permission: 'agents:configure',
  tag,
  summary: 'Make a new version equal to an old one',
  params: agentParams,
  headers: configWriteHeaders,
  body: rollback,
  responses: {
    200: { description: 'The new version.', schema: changed, headers: { ETag: etag, 'Idempotent-Replayed': replayed } },
  },
  problems: [
    'agent_not_found',
    'agent_stopped',
    'internal_kind',
    'version_not_found',
    'version_conflict',
    'invalid_config',
    'key_reused',
    'queue_full',
    'unavailable',
  ],
  async handler({ params: { id }, body: { version, reason }, headers, principal, record, deps }) {
    const { agent } = await liveAgent(deps, id);
    const former = await configRecord(deps.events, id, findVersion(agent, version));
    const outcome = await tellingConflict(deps, id, () => {
      const data = { version, config: former.data.config, ...expectation(headers['if-match']) };
      const order = { type: 'RollbackConfig', data, ...(reason === undefined ? {} : { reason }) };
      return sendCommand(deps, id, order, { principal, headers });
    });
    await recordConfigs(record, id, [outcome]);
    return changeReply(outcome);
  },
});

/** `If-Match` as the command knows it. @throws Problem where it can match no version */
function expectation(ifMatch: string | undefined): { expectedVersion?: number } {
  const expected = expectedVersion(ifMatch);
  return typeof expected === 'number' ? { expectedVersion: expected } : {};
}

function changeReply(outcome: Exclude<Outcome, { status: 'rejected' }>): Reply {
  const [event] = outcome.events;
  if (!event || eventName(event) !== 'ConfigChanged') throw new Problem('key_reused');
  const { version, config: now } = event.data as { version: number; config: unknown };
  return {
    body: { version, config: now, sequence: outcome.sequence, events: outcome.events },
    headers: { ETag: `"${version}"`, ...replayHeader([outcome]) },
  };
}

export const configRoutes: Route[] = [get, set, versions, rollBack];
