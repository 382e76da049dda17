import { useEffect, useEffectEvent, useRef } from 'react';
import { eventAgent, type EventRecord } from '../../../../actors/core/event';
import { useLiveEvents } from '../../live/use-live';

/** Events of one agent as they come. */
export function useAgentEvents(id: string, listener: (events: readonly EventRecord[]) => void): void {
  useLiveEvents((events) => {
    const own = events.filter((event) => eventAgent(event) === id);
    if (own.length > 0) listener(own);
  });
}

/** Calls `act` soon after the first of many calls, and once for all of them. @param waitMs until then */
export function useSoon(act: () => void, waitMs: number): () => void {
  const timer = useRef<number | undefined>(undefined);
  const run = useEffectEvent(act);
  const runner = useRef<() => void>(() => undefined);
  useEffect(() => {
    runner.current = () => {
      timer.current ??= window.setTimeout(() => {
        timer.current = undefined;
        run();
      }, waitMs);
    };
    return () => {
      window.clearTimeout(timer.current);
      timer.current = undefined;
      runner.current = () => undefined;
    };
  }, [waitMs]);
  return () => runner.current();
}
