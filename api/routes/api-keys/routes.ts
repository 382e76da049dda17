import { uuidv7 } from 'uuidv7';
import type { FieldError } from '../../../actors/core/errors';
import { demand, demandSession } from '../../access/authorize';
import { isForKeys, permissionsOf, type Permission } from '../../access/policy';
import type { Principal } from '../../access/principal';
import { newApiKey as randomKey, tokenHash } from '../../access/secrets';
import type { Dependencies } from '../../dependencies';
import { checkCursor, linkHeader, pageReply } from '../../pages';
import { Problem } from '../../problem';
import { apiPrefix, route, type Route } from '../../route';
import { keyHeaders } from '../../schemas';
import { apiKey, apiKeyPage, keyParams, listQuery, madeApiKey, newApiKey } from './schema';

const tag = 'api-keys';

const list = route({
  method: 'get',
  path: '/api-keys',
  operationId: 'listApiKeys',
  permission: 'signed-in',
  tag,
  summary: 'List API keys, newest first',
  description: "One's own with a session; those of others with `keys:write`.",
  query: listQuery,
  responses: { 200: { description: 'A page.', schema: apiKeyPage, headers: linkHeader } },
  problems: ['forbidden', 'invalid_cursor', 'unavailable'],
  async handler({ query, principal, deps }) {
    demandSession(principal);
    const { owner = principal.subject, limit, cursor } = query;
    if (owner !== principal.subject) demand(principal, 'keys:write');
    checkCursor(cursor, ['time', 'text']);
    return pageReply('/api-keys', query, await deps.apiKeys.list(owner, limit, cursor));
  },
});

const create = route({
  method: 'post',
  path: '/api-keys',
  operationId: 'createApiKey',
  permission: 'signed-in',
  tag,
  summary: 'Make an API key',
  description:
    'With a session: a key makes no keys. For oneself, or, with `keys:write`, for a service. Limited to some agents it is for calls about ' +
    "these, for runs that these asked for and those begun in its owner's name, and for what is about no agent.",
  idempotent: 'unkept',
  headers: keyHeaders,
  body: newApiKey,
  responses: {
    201: {
      description: 'The only time that the key is shown.',
      schema: madeApiKey,
      headers: { Location: 'The list.' },
    },
  },
  problems: ['forbidden', 'user_not_found', 'invalid_scope', 'unavailable'],
  async handler({ body, principal, record, deps }) {
    demandSession(principal);
    const { name, owner = principal.subject, scopes, agents = null, expires_in_days: days } = body;
    const owned =
      owner === principal.subject ? principal.permissions : await permissionsOfService(deps, principal, owner);
    const faults = faultsOf(scopes, owned, agents !== null);
    if (faults.length > 0) throw new Problem('invalid_scope', undefined, faults);
    const { key, prefix } = randomKey();
    const kept = { id: uuidv7(), prefix, hash: tokenHash(key), name, owner, scopes, agents, days };
    const made = await deps.apiKeys.create({ ...kept, createdBy: principal.subject });
    const detail = { owner, prefix, scopes, ...(agents ? { agents } : {}), expiresAt: made.expiresAt };
    await record({ type: 'ApiKeyCreated', about: made.id, detail });
    return { status: 201, body: { ...made, key }, headers: { Location: `${apiPrefix}/api-keys?owner=${owner}` } };
  },
});

/** A key in another person's name would let its maker act as them. @throws Problem `forbidden` | `user_not_found` */
async function permissionsOfService(
  { users }: Dependencies,
  principal: Principal,
  owner: string,
): Promise<ReadonlySet<Permission>> {
  demand(principal, 'keys:write');
  const found = await users.find(owner);
  if (!found) throw new Problem('user_not_found', `there is no user ${owner}`);
  if (found.kind !== 'service') throw new Problem('forbidden', 'people make their keys themselves');
  return permissionsOf(found.roles);
}

function faultsOf(scopes: readonly Permission[], owned: ReadonlySet<Permission>, limited: boolean): FieldError[] {
  return scopes.flatMap((scope, index) => {
    const pointer = `/scopes/${index}`;
    if (!owned.has(scope)) return [{ pointer, message: 'the owner has no such permission' }];
    if (!isForKeys(scope, false)) return [{ pointer, message: 'is not for API keys' }];
    if (!isForKeys(scope, limited)) return [{ pointer, message: 'is not for keys that are limited to some agents' }];
    return [];
  });
}

const revoke = route({
  method: 'delete',
  path: '/api-keys/{id}',
  operationId: 'revokeApiKey',
  permission: 'signed-in',
  tag,
  summary: 'Revoke an API key for good',
  description: 'In effect within seconds, on open WebSockets too. Those of others demand `keys:write`.',
  params: keyParams,
  responses: { 200: { description: 'The key as it ended.', schema: apiKey } },
  problems: ['forbidden', 'key_not_found', 'unavailable'],
  async handler({ params: { id }, principal, record, deps }) {
    demandSession(principal);
    const found = await deps.apiKeys.find(id);
    const own = found?.owner === principal.subject || principal.permissions.has('keys:write');
    const revoked = own ? await deps.apiKeys.revoke(id) : null;
    if (!revoked) throw new Problem('key_not_found', `there is no key ${id} that is yours`);
    deps.directory.changed();
    await record({ type: 'ApiKeyRevoked', about: id, detail: { owner: revoked.owner, prefix: revoked.prefix } });
    return { body: revoked };
  },
});

export const apiKeyRoutes: Route[] = [list, create, revoke];
