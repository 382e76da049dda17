import { uuidv7 } from 'uuidv7';
import { kindNamed } from '../../../actors/registry';
import type { ConfigTemplate } from '../../../projections/queries/config-templates';
import type { Principal } from '../../access/principal';
import type { Dependencies } from '../../dependencies';
import { checkCursor, linkHeader, pageReply } from '../../pages';
import { expectedVersion } from '../../preconditions';
import { Problem } from '../../problem';
import { apiPrefix, route, type Route } from '../../route';
import { readHeaders } from '../../schemas';
import { configOf } from '../agents/create';
import {
  changedTemplate,
  changeHeaders,
  createHeaders,
  deletedTemplate,
  newTemplate,
  template,
  templatePage,
  templateParams,
  templateQuery,
} from './schema';

const tag = 'config-templates';
const etag = { ETag: 'Version of the template, in quotes.' };
const etagOf = ({ version }: ConfigTemplate): { ETag: string } => ({ ETag: `"${version}"` });

const list = route({
  method: 'get',
  path: '/config-templates',
  operationId: 'listConfigTemplates',
  permission: 'agents:read',
  tag,
  summary: 'Templates of configs, by their ids, without the configs',
  query: templateQuery,
  responses: { 200: { description: 'A page.', schema: templatePage, headers: linkHeader } },
  problems: ['invalid_cursor', 'unavailable'],
  async handler({ query, deps }) {
    checkCursor(query.cursor, ['text']);
    return pageReply('/config-templates', query, await deps.templates.list(query.kind, query.limit, query.cursor));
  },
});

const create = route({
  method: 'post',
  path: '/config-templates',
  operationId: 'createConfigTemplate',
  permission: 'agents:configure',
  tag,
  summary: 'Set a config aside, to be given to agents of its kind',
  description:
    'To apply it, send its `config` to `POST /api/v1/agents/{id}/config`, or along with `POST /api/v1/agents`: an agent has one way to get a ' +
    'config. It is checked by the schema of the kind now, and again when it is applied.',
  idempotent: true,
  headers: createHeaders,
  body: newTemplate,
  responses: { 201: { description: 'It is kept.', schema: template, headers: { ...etag, Location: 'Where it is.' } } },
  problems: ['template_exists', 'unknown_kind', 'internal_kind', 'invalid_config', 'unavailable'],
  async handler({ body, principal, record, deps }) {
    demandWholeReach(principal);
    const { id = uuidv7(), ...written } = body;
    checkConfig(written);
    const made = await deps.templates.create({ id, ...written }, principal.subject);
    if (!made) throw new Problem('template_exists', `there is a template ${id} already`);
    await record({ type: 'ConfigTemplateSaved', about: id, detail: { kind: made.kind, version: '1' } });
    return { status: 201, body: made, headers: { ...etagOf(made), Location: `${apiPrefix}/config-templates/${id}` } };
  },
});

const get = route({
  method: 'get',
  path: '/config-templates/{id}',
  operationId: 'getConfigTemplate',
  permission: 'agents:read',
  tag,
  summary: 'A template, with its config',
  params: templateParams,
  headers: readHeaders,
  responses: { 200: { description: 'The template.', schema: template, headers: etag } },
  problems: ['template_not_found', 'unavailable'],
  async handler({ params: { id }, deps }) {
    const found = await demandTemplate(deps, id);
    return { body: found, headers: etagOf(found) };
  },
});

const replace = route({
  method: 'put',
  path: '/config-templates/{id}',
  operationId: 'replaceConfigTemplate',
  permission: 'agents:configure',
  tag,
  summary: 'Replace a template; agents that got its config keep theirs',
  params: templateParams,
  headers: changeHeaders,
  body: changedTemplate,
  responses: { 200: { description: 'The template as it is now.', schema: template, headers: etag } },
  problems: [
    'template_not_found',
    'version_conflict',
    'unknown_kind',
    'internal_kind',
    'invalid_config',
    'unavailable',
  ],
  async handler({ params: { id }, body, headers, principal, record, deps }) {
    demandWholeReach(principal);
    const expected = expectedVersion(headers['if-match']);
    checkConfig(body);
    const now = await deps.templates.replace({ id, ...body }, principal.subject, numbered(expected));
    if (!now) throw await missed(deps, id);
    await record({ type: 'ConfigTemplateSaved', about: id, detail: { kind: now.kind, version: String(now.version) } });
    return { body: now, headers: etagOf(now) };
  },
});

const remove = route({
  method: 'delete',
  path: '/config-templates/{id}',
  operationId: 'deleteConfigTemplate',
  permission: 'agents:configure',
  tag,
  summary: 'Delete a template; agents that got its config keep theirs',
  params: templateParams,
  headers: changeHeaders,
  responses: { 200: { description: 'It is gone.', schema: deletedTemplate } },
  problems: ['template_not_found', 'version_conflict', 'unavailable'],
  async handler({ params: { id }, headers, principal, record, deps }) {
    demandWholeReach(principal);
    const expected = expectedVersion(headers['if-match']);
    if (!(await deps.templates.remove(id, numbered(expected)))) throw await missed(deps, id);
    await record({ type: 'ConfigTemplateDeleted', about: id });
    return { body: { id } };
  },
});

/** A template is for all agents of its kind. @throws Problem `forbidden` where the caller's key is limited to some of them */
function demandWholeReach({ agents }: Principal): void {
  if (agents !== null) throw new Problem('forbidden', 'the key is limited to some agents, and a template is for all');
}

/** @throws Problem `unknown_kind` | `internal_kind` | `invalid_config` */
function checkConfig({ kind: name, config }: { kind: string; config: object }): void {
  const kind = kindNamed(name);
  if (kind.internal) throw new Problem('internal_kind');
  configOf(kind, config);
}

function numbered(expected: number | 'any' | undefined): number | undefined {
  return typeof expected === 'number' ? expected : undefined;
}

/** @throws Problem `template_not_found` */
async function demandTemplate(deps: Dependencies, id: string): Promise<ConfigTemplate> {
  const found = await deps.templates.find(id);
  if (!found) throw new Problem('template_not_found', `there is no template ${id}`);
  return found;
}

/** Why nothing was changed. */
async function missed(deps: Dependencies, id: string): Promise<Problem> {
  const found = await demandTemplate(deps, id);
  return new Problem('version_conflict', `template ${id} is at version ${found.version}`, [], etagOf(found));
}

export const configTemplateRoutes: Route[] = [list, create, get, replace, remove];
