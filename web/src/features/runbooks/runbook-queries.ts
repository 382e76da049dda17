import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { RunbookDocument } from '../../../../actors/runbook/document';
import type { components } from '../../../../generated/api-types';
import { api, unwrap } from '../../api/client';

export type RunbookSummary = components['schemas']['RunbookSummary'];
export type Runbook = Omit<components['schemas']['Runbook'], 'document'> & { document: RunbookDocument };

/** All names: there are few, and people look for one among all. */
export const runbooksQuery = queryOptions({
  queryKey: ['runbooks', 'list'],
  queryFn: async () => {
    const all: RunbookSummary[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = { limit: 200, ...(cursor === '' ? {} : { cursor }) };
      const page: { runbooks: RunbookSummary[]; next: string | null } = await unwrap(
        api.GET('/api/v1/runbooks', { params: { query } }),
      );
      all.push(...page.runbooks);
      cursor = page.next;
    }
    return all;
  },
});

/** @param version the newest where it is null */
export const runbookQuery = (name: string, version: number | null) =>
  queryOptions({
    queryKey: ['runbooks', 'one', name, version],
    queryFn: async () => {
      const query = version === null ? {} : { version };
      const params = { path: { name }, query };
      return (await unwrap(api.GET('/api/v1/runbooks/{name}', { params }))) as unknown as Runbook;
    },
    enabled: name !== '',
    // A version never changes.
    staleTime: version === null ? 0 : Infinity,
  });

export const versionsQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: ['runbooks', 'versions', name],
    queryFn: ({ pageParam }) => {
      const query = { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return unwrap(api.GET('/api/v1/runbooks/{name}/versions', { params: { path: { name }, query } }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });

export const runbookDiffQuery = (name: string, from: number, to: number) =>
  queryOptions({
    queryKey: ['runbooks', 'diff', name, from, to],
    queryFn: () => unwrap(api.GET('/api/v1/runbooks/{name}/diff', { params: { path: { name }, query: { from, to } } })),
    staleTime: Infinity,
  });

/** What an editor can suggest. */
export const actionsQuery = queryOptions({
  queryKey: ['actions'],
  queryFn: async () => (await unwrap(api.GET('/api/v1/actions'))).actions,
  staleTime: Infinity,
});

interface RunbookSchema {
  properties?: Record<string, { description?: string }>;
  $defs?: Record<string, { properties?: Record<string, { description?: string }> }>;
}

/** The JSON Schema of runbooks. */
export const runbookSchemaQuery = queryOptions({
  queryKey: ['runbook-schema'],
  queryFn: async () => (await unwrap(api.GET('/api/v1/runbooks/schema'))) as RunbookSchema,
  staleTime: Infinity,
});
