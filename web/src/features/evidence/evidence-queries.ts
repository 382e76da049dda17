import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { CheckpointBody } from '../../../../actors/core/evidence/checkpoint';
import type { components } from '../../../../generated/api-types';
import { api, unwrap } from '../../api/client';
import { ProblemError } from '../../api/problem';
import { contextSpan } from './record-context';

export type EvidenceKey = components['schemas']['EvidenceKey'];
export type Verification = components['schemas']['Verification'];
export type VerificationSummary = components['schemas']['VerificationPage']['verifications'][number];
export type AgentResult = Verification['results'][number];
export type Verdict = components['schemas']['Verdict'];
export type Anchor = components['schemas']['Anchor'];
type EventPage = components['schemas']['EventPage'];
export type LegalHold = components['schemas']['LegalHold'];

/** Characters that the API takes of why something is kept or let go. */
export const mostOfReason = 500;

const pageSize = 20;
/** How often is looked at what is under way, and at what changes by itself, in ms. */
const soon = 700;
const later = 15_000;

export function hasEnded({ endedAt }: Pick<VerificationSummary, 'endedAt'>): boolean {
  return endedAt !== null;
}

export const keysQuery = queryOptions({
  queryKey: ['evidence', 'keys'],
  queryFn: async () => (await unwrap(api.GET('/api/v1/evidence/keys'))).keys,
  staleTime: 60_000,
});

export const anchorsQuery = queryOptions({
  queryKey: ['evidence', 'anchors'],
  queryFn: async () => (await unwrap(api.GET('/api/v1/evidence/anchors'))).anchors,
  refetchInterval: later,
});

/** The newest checkpoint with what it signs; null where none has been made. */
export const latestCheckpointQuery = queryOptions({
  queryKey: ['evidence', 'checkpoints', 'latest'],
  queryFn: async () => {
    const page = await unwrap(api.GET('/api/v1/evidence/checkpoints', { params: { query: { limit: 1 } } }));
    const [checkpoint] = page.checkpoints;
    if (checkpoint === undefined) return null;
    return { ...checkpoint, signed: JSON.parse(checkpoint.body) as CheckpointBody };
  },
  refetchInterval: later,
});

export const verificationsQuery = infiniteQueryOptions({
  queryKey: ['evidence', 'verifications'],
  queryFn: ({ pageParam }) => {
    const query = { limit: pageSize, ...(pageParam === null ? {} : { cursor: pageParam }) };
    return unwrap(api.GET('/api/v1/evidence/verifications', { params: { query } }));
  },
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
  refetchInterval: ({ state }) => {
    const known = state.data?.pages.flatMap(({ verifications }) => verifications) ?? [];
    return known.every(hasEnded) ? later : soon;
  },
});

/** A verification as it stands, looked at again until it has ended. */
export const verificationQuery = (id: string) =>
  queryOptions({
    queryKey: ['evidence', 'verification', id],
    queryFn: () => unwrap(api.GET('/api/v1/evidence/verifications/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data && !hasEnded(state.data) ? soon : false),
  });

/** Legal holds, those in force alone unless told; of one agent or of all. */
export const holdsQuery = (released: boolean, agent?: string) =>
  infiniteQueryOptions({
    queryKey: ['evidence', 'holds', { released, agent }],
    queryFn: ({ pageParam }) => {
      const query = {
        limit: pageSize,
        released,
        ...(agent === undefined ? {} : { agent }),
        ...(pageParam === null ? {} : { cursor: pageParam }),
      };
      return unwrap(api.GET('/api/v1/evidence/holds', { params: { query } }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });

export const retentionQuery = (id: string) =>
  queryOptions({
    queryKey: ['evidence', 'retention', id],
    queryFn: () => unwrap(api.GET('/api/v1/agents/{id}/retention', { params: { path: { id } } })),
  });

/** What the ledger has refused of an agent, the last one first. */
export const faultsQuery = (id: string) =>
  queryOptions({
    queryKey: ['evidence', 'faults', id],
    queryFn: async () => (await unwrap(api.GET('/api/v1/agents/{id}/faults', { params: { path: { id } } }))).faults,
  });

/** The records around one, as far as they are kept. */
export const contextQuery = (id: string, sequence: number) =>
  queryOptions({
    queryKey: ['evidence', 'context', id, sequence],
    queryFn: () => recordsOf(id, contextSpan(sequence)),
    staleTime: Infinity,
  });

/** One record, null where it is not there. */
export const recordQuery = (id: string, sequence: number) =>
  queryOptions({
    queryKey: ['evidence', 'record', id, sequence],
    queryFn: async () => (await recordsOf(id, { from: sequence, to: sequence }))[0] ?? null,
    staleTime: Infinity,
  });

async function recordsOf(id: string, query: { from: number; to: number }): Promise<EventPage['events']> {
  try {
    const page = await unwrap(api.GET('/api/v1/agents/{id}/events', { params: { path: { id }, query } }));
    // The other answer, a record a line, is for who asks for it.
    return (page as EventPage).events;
  } catch (error) {
    // What was cut off or has expired is no fault of the page: it is what the page is about.
    if (error instanceof ProblemError && error.code === 'records_expired') return [];
    throw error;
  }
}
