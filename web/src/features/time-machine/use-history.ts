import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { eventAgent, type EventRecord } from '../../../../actors/core/event';
import { useLiveEvents } from '../../live/use-live';
import { HistoryReader } from './history-reader';
import { MomentWatch, type MomentShown } from './moment-watch';
import { headQuery, type Head } from './time-queries';

export interface OpenHistory {
  reader: HistoryReader;
  watch: MomentWatch;
}

/** The history of an agent, as long as the page is open; it grows as the agent goes on. @param first event that there is */
export function useHistoryOf(agent: string, first: number): OpenHistory {
  const [open] = useState(() => {
    const reader = new HistoryReader(agent, first);
    return { reader, watch: new MomentWatch(reader) };
  });
  useEffect(() => () => open.reader.close(), [open]);
  const client = useQueryClient();
  useLiveEvents((events) => {
    const own = events.filter((event) => eventAgent(event) === agent).sort((a, b) => a.sequence - b.sequence);
    const last = own.at(-1);
    if (last === undefined) return;
    // In this order: what the head says is there can be shown.
    void open.reader
      .append(own)
      .catch(() => undefined)
      .then(() => client.setQueryData<Head>(headQuery(agent).queryKey, (head) => head && laterOf(head, last)));
  });
  return open;
}

function laterOf(head: Head, { sequence, time }: EventRecord): Head {
  return sequence > head.sequence ? { ...head, sequence, time } : head;
}

/** The moment that is shown: the last that was read, until the one that is wanted is there. */
export function useMoment({ watch }: OpenHistory, at: number, against: number | null): MomentShown {
  useEffect(() => watch.want(at, against), [watch, at, against]);
  return useSyncExternalStore(watch.onChange, () => watch.current);
}

/** Draws anew when a page has come. */
export function useHistoryVersion({ reader }: OpenHistory): number {
  return useSyncExternalStore(reader.onChange, () => reader.version);
}
