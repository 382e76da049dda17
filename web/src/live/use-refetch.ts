import { useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { EventRecord } from '../../../actors/core/event';
import { liveFeed } from './use-live';

const soonMs = 150;
/** Lists come from a read side that is a moment behind what is told live: it is asked once more after the last event. */
const settledMs = 1_500;

/**
 * Asks anew for what the events have changed: soon, and once more when no more of them come. After a break of the connection
 * too. What is on the page stays until the answer is there.
 * @param concerns whether an event changes what these queries say
 */
export function useRefetchOn(concerns: (event: EventRecord) => boolean, keys: readonly QueryKey[]): void {
  const client = useQueryClient();
  const timers = useRef<{ soon?: number | undefined; settled?: number }>({});
  const refetch = useEffectEvent(() => {
    for (const queryKey of keys) void client.invalidateQueries({ queryKey });
  });
  const plan = useEffectEvent(() => {
    const { current } = timers;
    current.soon ??= window.setTimeout(() => {
      current.soon = undefined;
      refetch();
    }, soonMs);
    window.clearTimeout(current.settled);
    current.settled = window.setTimeout(() => refetch(), settledMs);
  });
  const hear = useEffectEvent((events: readonly EventRecord[]) => {
    if (events.some(concerns)) plan();
  });
  useEffect(() => {
    const { current } = timers;
    const stops = [liveFeed.onEvents((events) => hear(events)), liveFeed.onOpen(() => plan())];
    return () => {
      stops.forEach((stop) => stop());
      window.clearTimeout(current.soon);
      window.clearTimeout(current.settled);
      current.soon = undefined;
    };
  }, []);
}
