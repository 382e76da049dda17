import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client';
import type { By } from './density';
import { slices } from './density';

/** Where a history has come to. */
export interface Head {
  kind: string;
  name: string;
  sequence: number;
  time: string;
}

const path = (id: string) => ({ path: { id } });

export const headQuery = (id: string) =>
  queryOptions({
    queryKey: ['time', id, 'head'],
    queryFn: async (): Promise<Head> => {
      const agent = await unwrap(api.GET('/api/v1/agents/{id}/state', { params: path(id) }));
      return { kind: agent.kind, name: agent.name, sequence: agent.sequence, time: agent.updatedAt };
    },
    // From then on it is told live.
    staleTime: Infinity,
    gcTime: 0,
  });

export const densityQuery = (id: string, by: By) =>
  queryOptions({
    queryKey: ['time', id, 'density', by],
    queryFn: () =>
      unwrap(
        api.GET('/api/v1/agents/{id}/events/histogram', { params: { ...path(id), query: { by, buckets: slices } } }),
      ),
    staleTime: 10_000,
  });

/** Who changed a value, newest first. @param pointer JSON Pointer */
export const blameQuery = (id: string, pointer: string) =>
  infiniteQueryOptions({
    queryKey: ['time', id, 'blame', pointer],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/agents/{id}/blame', {
          params: {
            ...path(id),
            query: { path: pointer, limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    gcTime: 0,
  });

/** The agent at a moment, as the server folds it. @param at a number, or a time in ISO 8601 */
export function stateAt(id: string, at: string) {
  return unwrap(api.GET('/api/v1/agents/{id}/state', { params: { ...path(id), query: { at } } }));
}

export interface ForkWish {
  at: number;
  id?: string;
  name?: string;
  reason?: string;
}

/** @returns where the new one is, below the console's own address @throws ProblemError */
export async function forkFrom(id: string, kind: string, { name, ...wish }: ForkWish): Promise<string> {
  if (kind === 'run') {
    const run = await unwrap(api.POST('/api/v1/runs/{id}/fork', { params: path(id), body: wish }));
    return `/runs/${run.id}`;
  }
  const body = { ...wish, ...(name === undefined ? {} : { name }) };
  const agent = await unwrap(api.POST('/api/v1/agents/{id}/fork', { params: path(id), body }));
  return `/agents/${agent.id}`;
}
