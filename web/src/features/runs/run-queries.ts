import { infiniteQueryOptions, queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';
import { eventAgent, eventKind, type EventRecord } from '../../../../actors/core/event';
import type { components } from '../../../../generated/api-types';
import { api, unwrap } from '../../api/client';
import { useRefetchOn } from '../../live/use-refetch';
import type { RunFilter } from './run-filter';
import type { RunApproval } from './step-tree';

export type RunSummary = components['schemas']['RunSummary'];
/** With its approvals whole: the API's description names only a part of each. */
export type Run = Omit<components['schemas']['Run'], 'approvals'> & { approvals: RunApproval[] };
type EventPage = components['schemas']['EventPage'];
export type RunDiff = components['schemas']['RunDiff'];

const pageSize = 50;

export const runsQuery = (filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: ['runs', 'list', filter],
    queryFn: ({ pageParam }) => {
      const cursor = pageParam === null ? {} : { cursor: pageParam };
      return unwrap(api.GET('/api/v1/runs', { params: { query: { ...filter, limit: pageSize, ...cursor } } }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', 'one', id, 'now'],
    queryFn: async () => (await unwrap(api.GET('/api/v1/runs/{id}', { params: { path: { id } } }))) as Run,
  });

/** All events of a run. Those that are known are not asked for again. */
export const runEventsQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', 'one', id, 'events'],
    queryFn: async ({ client, queryKey }) => {
      const known = client.getQueryData<EventRecord[]>(queryKey) ?? [];
      return [...known, ...(await eventsFrom(id, known.length + 1))];
    },
  });

async function eventsFrom(id: string, first: number): Promise<EventRecord[]> {
  const events: EventRecord[] = [];
  for (let from: number | null = first; from !== null;) {
    const params = { path: { id }, query: { from, limit: 1000 } };
    // As JSON, so a page; the description names the stream too.
    const page = (await unwrap(api.GET('/api/v1/agents/{id}/events', { params }))) as EventPage;
    events.push(...(page.events as EventRecord[]));
    from = page.next;
  }
  return events;
}

/** Why a run was begun; null where nobody said. */
export function useReason(id: string): string | null {
  return useQuery(runEventsQuery(id)).data?.[0]?.reason ?? null;
}

export const artifactsQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', 'one', id, 'artifacts'],
    queryFn: () => unwrap(api.GET('/api/v1/runs/{id}/artifacts', { params: { path: { id } } })),
  });

export const runDiffQuery = (a: string, b: string) =>
  queryOptions({
    queryKey: ['runs', 'diff', a, b],
    queryFn: () => unwrap(api.GET('/api/v1/runs/{id}/diff', { params: { path: { id: a }, query: { with: b } } })),
    enabled: a !== '' && b !== '',
  });

/** Keeps the list as it is now. */
export function useLiveRuns(): void {
  useRefetchOn((event) => eventKind(event) === 'run', [['runs', 'list']]);
}

/** Keeps all that is shown of one run as it is now. */
export function useLiveRun(id: string): void {
  useRefetchOn((event) => eventAgent(event) === id, [['runs', 'one', id]]);
}

/** After something was asked of a run: shows at once what became of it. */
export function refreshRuns(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: ['runs'] });
}
