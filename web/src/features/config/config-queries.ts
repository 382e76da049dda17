import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { components } from '../../../../generated/api-types';
import { api, unwrap } from '../../api/client';

export type ConfigVersion = components['schemas']['ConfigVersion'];

/** A config and its version, which `If-Match` names as it is saved. */
export interface VersionedConfig {
  config: object;
  /** With its quotes. */
  etag: string;
}

export const schemaQuery = (id: string) =>
  queryOptions({
    queryKey: ['agent', id, 'schema'],
    queryFn: async () => (await unwrap(api.GET('/api/v1/agents/{id}/schema', { params: { path: { id } } }))) as object,
    staleTime: Infinity,
  });

export const configQuery = (id: string) =>
  queryOptions({ queryKey: ['agent', id, 'config'], queryFn: () => readConfig(id), refetchOnWindowFocus: false });

export async function readConfig(id: string): Promise<VersionedConfig> {
  const call = api.GET('/api/v1/agents/{id}/config', { params: { path: { id } } });
  const config = (await unwrap(call)) as object;
  return { config, etag: (await call).response.headers.get('etag') ?? '*' };
}

/** @throws ProblemError `version_conflict` where it has another version by now; `invalid_config` with the places */
export function saveConfig(id: string, { config, etag }: VersionedConfig) {
  const params = { path: { id }, header: { 'if-match': etag } };
  return unwrap(api.POST('/api/v1/agents/{id}/config', { params, body: config as Record<string, never> }));
}

export const versionsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['agent', id, 'versions'],
    queryFn: ({ pageParam }) => {
      const query = { limit: 20, ...(pageParam === null ? {} : { before: pageParam }) };
      return unwrap(api.GET('/api/v1/agents/{id}/config/versions', { params: { path: { id }, query } }));
    },
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
  });

export function rollBack(id: string, version: number, reason: string) {
  const body = { version, ...(reason === '' ? {} : { reason }) };
  return unwrap(api.POST('/api/v1/agents/{id}/config/rollback', { params: { path: { id } }, body }));
}
