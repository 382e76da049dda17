import { infiniteQueryOptions } from '@tanstack/react-query';
import type { components } from '../../../../generated/api-types';
import { idempotencyKey } from '../../api/idempotency-key';
import { api, unwrap } from '../../api/client';

export type TemplateSummary = components['schemas']['ConfigTemplateSummary'];

/** Templates for agents of a kind, without their configs. */
export const templatesQuery = (kind: string) =>
  infiniteQueryOptions({
    queryKey: ['config-templates', kind],
    queryFn: ({ pageParam }) => {
      const query = { kind, limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return unwrap(api.GET('/api/v1/config-templates', { params: { query } }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });

/** The config that a template holds. */
export async function templateConfig(id: string): Promise<object> {
  return (await unwrap(api.GET('/api/v1/config-templates/{id}', { params: { path: { id } } }))).config;
}

export function saveTemplate(template: { kind: string; name: string; description?: string; config: object }) {
  const params = { header: { 'idempotency-key': idempotencyKey() } };
  const body = { ...template, config: template.config as Record<string, never> };
  return unwrap(api.POST('/api/v1/config-templates', { params, body }));
}

/** @throws ProblemError `version_conflict` where it is not any more what was seen of it */
export function deleteTemplate({ id, version }: TemplateSummary) {
  const params = { path: { id }, header: { 'if-match': `"${version}"` } };
  return unwrap(api.DELETE('/api/v1/config-templates/{id}', { params }));
}
