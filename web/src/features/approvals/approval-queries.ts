import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { eventName, type EventRecord } from '../../../../actors/core/event';
import type { components } from '../../../../generated/api-types';
import { api, unwrap } from '../../api/client';
import { useRefetchOn } from '../../live/use-refetch';

export type Approval = components['schemas']['Approval'];
/** `mine`: those that the reader may agree to. */
export type Show = 'mine' | 'pending' | 'any';

export const approvalsQuery = (show: Show, run: string | null) =>
  infiniteQueryOptions({
    queryKey: ['approvals', 'list', show, run],
    queryFn: ({ pageParam }) => {
      const query = {
        status: show === 'any' ? ('any' as const) : ('pending' as const),
        limit: 50,
        ...(show === 'mine' ? { mine: true } : {}),
        ...(run === null ? {} : { run }),
        ...(pageParam === null ? {} : { cursor: pageParam }),
      };
      return unwrap(api.GET('/api/v1/approvals', { params: { query } }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });

/** As many are counted, at most. */
export const mostCounted = 99;

export const approvalCountQuery = queryOptions({
  queryKey: ['approvals', 'count'],
  queryFn: async () => {
    const query = { status: 'pending', mine: true, limit: mostCounted + 1 } as const;
    return (await unwrap(api.GET('/api/v1/approvals', { params: { query } }))).approvals.length;
  },
});

const ends = ['RunEnded', 'CancelRequested', 'UndoStarted'];

function concerns(event: EventRecord): boolean {
  if (!event.type.startsWith('ymera.run.')) return false;
  const name = eventName(event);
  return name.startsWith('Approval') || ends.includes(name);
}

/** Keeps what is asked as it is now. */
export function useLiveApprovals(): void {
  useRefetchOn(concerns, [['approvals']]);
}
