import { Type } from '@sinclair/typebox';
import { expressionsIn, syntaxError } from '../../../actors/runbook/expressions';
import type { FieldError } from '../../../actors/core/errors';
import type { Hook, HookForm } from '../../../projections/queries/hooks';
import { checkCursor, linkHeader, pageQuery, pageReply } from '../../pages';
import { Problem } from '../../problem';
import { apiPrefix, route, type Route } from '../../route';
import { keyHeaders } from '../../schemas';
import { door } from './door';
import { deleted, deliveryList, hook, hookPage, hookParams, newHook } from './schema';

const tag = 'hooks';

function present({ secretName, ...rest }: Hook): object {
  return { ...rest, secret: `secret://${secretName}` };
}

function found(kept: Hook | null, id: string): Hook {
  if (!kept) throw new Problem('hook_not_found', `there is no hook ${id}`);
  return kept;
}

const list = route({
  method: 'get',
  path: '/hooks',
  operationId: 'listHooks',
  permission: 'hooks:read',
  tag,
  summary: 'List hooks',
  query: Type.Object(pageQuery, { additionalProperties: false }),
  responses: { 200: { description: 'A page.', schema: hookPage, headers: linkHeader } },
  problems: ['invalid_cursor', 'unavailable'],
  async handler({ query, deps }) {
    checkCursor(query.cursor, ['time', 'text']);
    const { hooks, next } = await deps.hooks.list(query.limit, query.cursor);
    return pageReply('/hooks', query, { hooks: hooks.map(present), next } as { next: string | null });
  },
});

const create = route({
  method: 'post',
  path: '/hooks',
  operationId: 'createHook',
  permission: 'hooks:write',
  tag,
  summary: 'Let signed deliveries from outside begin runs',
  idempotent: true,
  headers: keyHeaders,
  body: newHook,
  responses: { 201: { description: 'It takes deliveries.', schema: hook, headers: { Location: 'Where it is.' } } },
  problems: ['hook_exists', 'invalid_hook', 'runbook_not_found', 'unavailable'],
  async handler({ body, principal, deps }) {
    const { id, runbook = null, agent = null, version = null, form, secret, filter = null, input = {} } = body;
    const faults = [...aimFaults(runbook, agent, form), ...faultsOf(filter, input)];
    if (faults.length > 0) throw new Problem('invalid_hook', undefined, faults);
    if (runbook !== null && !(await deps.runbooks.read(runbook, version ?? undefined))) {
      throw new Problem('runbook_not_found', `there is no such runbook as ${runbook}`);
    }
    const secretName = secret.slice('secret://'.length);
    const made = await deps.hooks.create({
      id,
      runbook,
      agent,
      version,
      form,
      secretName,
      filter,
      input,
      createdBy: principal.subject,
    });
    if (!made) throw new Problem('hook_exists', `there is a hook ${id} already`);
    return { status: 201, body: present(made), headers: { Location: `${apiPrefix}/hooks/${id}` } };
  },
});

/** What deliveries lead to. */
function aimFaults(runbook: string | null, agent: string | null, form: HookForm): FieldError[] {
  if ((runbook === null) === (agent === null)) {
    return [{ pointer: '/runbook', message: 'a hook has either a runbook or an agent' }];
  }
  const untellable = agent !== null && form !== 'alertmanager';
  return untellable ? [{ pointer: '/form', message: 'an agent is told of alerts: the form is alertmanager' }] : [];
}

function faultsOf(filter: string | null, input: Record<string, unknown>): FieldError[] {
  const faults = filter === null ? null : syntaxError(filter.replace(/^\$\{\{([\s\S]*)\}\}$/, '$1'));
  const inside = Object.entries(input).flatMap(([name, template]) =>
    expressionsIn(template).flatMap((expression) => {
      const message = syntaxError(expression);
      return message === null ? [] : [{ pointer: `/input/${name}`, message }];
    }),
  );
  return [...(faults === null ? [] : [{ pointer: '/filter', message: faults }]), ...inside];
}

const get = route({
  method: 'get',
  path: '/hooks/{id}',
  operationId: 'getHook',
  permission: 'hooks:read',
  tag,
  summary: 'A hook',
  params: hookParams,
  responses: { 200: { description: 'The hook.', schema: hook } },
  problems: ['hook_not_found', 'unavailable'],
  handler: async ({ params: { id }, deps }) => ({ body: present(found(await deps.hooks.find(id), id)) }),
});

const remove = route({
  method: 'delete',
  path: '/hooks/{id}',
  operationId: 'deleteHook',
  permission: 'hooks:write',
  tag,
  summary: 'Delete a hook; its runs stay',
  params: hookParams,
  responses: { 200: { description: 'It is gone.', schema: deleted } },
  problems: ['hook_not_found', 'unavailable'],
  async handler({ params: { id }, deps }) {
    if (!(await deps.hooks.remove(id))) throw new Problem('hook_not_found', `there is no hook ${id}`);
    return { body: { id } };
  },
});

function switched(name: 'enable' | 'disable', summary: string): Route {
  return route({
    method: 'post',
    path: `/hooks/{id}/${name}`,
    operationId: `${name}Hook`,
    permission: 'hooks:write',
    tag,
    summary,
    params: hookParams,
    responses: { 200: { description: 'The hook.', schema: hook } },
    problems: ['hook_not_found', 'unavailable'],
    async handler({ params: { id }, deps }) {
      return { body: present(found(await deps.hooks.setEnabled(id, name === 'enable'), id)) };
    },
  });
}

const deliveries = route({
  method: 'get',
  path: '/hooks/{id}/deliveries',
  operationId: 'listDeliveries',
  permission: 'hooks:read',
  tag,
  summary: 'Deliveries that began a run, newest first',
  params: hookParams,
  query: Type.Object(pageQuery, { additionalProperties: false }),
  responses: { 200: { description: 'A page.', schema: deliveryList, headers: linkHeader } },
  problems: ['invalid_cursor', 'hook_not_found', 'unavailable'],
  async handler({ params: { id }, query, deps }) {
    checkCursor(query.cursor, ['time', 'text']);
    found(await deps.hooks.find(id), id);
    return pageReply(`/hooks/${id}/deliveries`, query, await deps.hooks.deliveries(id, query.limit, query.cursor));
  },
});

export const hookRoutes: Route[] = [
  list,
  create,
  get,
  remove,
  switched('enable', 'Take deliveries again'),
  switched('disable', 'Take no deliveries'),
  deliveries,
  door,
];
