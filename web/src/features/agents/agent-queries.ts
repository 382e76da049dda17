import { queryOptions } from '@tanstack/react-query';
import type { components } from '../../../../generated/api-types';
import { api, unwrap } from '../../api/client';
import type { AgentFilter } from './agent-rows';

export type Agent = components['schemas']['Agent'];
export type Kind = components['schemas']['Kind'];

/** What a release knows of kinds does not change while it runs. */
export const kindsQuery = queryOptions({
  queryKey: ['kinds'],
  queryFn: async () => (await unwrap(api.GET('/api/v1/kinds'))).kinds,
  staleTime: Infinity,
});

export const agentQuery = (id: string) =>
  queryOptions({
    queryKey: ['agent', id],
    queryFn: () => unwrap(api.GET('/api/v1/agents/{id}', { params: { path: { id } } })),
  });

const pageSize = 200;

export function agentPage(filter: AgentFilter, cursor: string | null, signal: AbortSignal) {
  const query = { ...filter, limit: pageSize, ...(cursor === null ? {} : { cursor }) };
  return unwrap(api.GET('/api/v1/agents', { params: { query }, signal }));
}

/** Those of these ids that fit the filter. */
export async function agentsOfIds(filter: AgentFilter, ids: readonly string[], signal: AbortSignal) {
  const query = { ...filter, ids: ids.join(','), limit: ids.length };
  return (await unwrap(api.GET('/api/v1/agents', { params: { query }, signal }))).agents;
}
