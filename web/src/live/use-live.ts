import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import type { EventRecord } from '../../../actors/core/event';
import { LiveFeed, type FeedState } from './live-feed';

/** The feed of this tab; begun and ended with the session (`app/session-gate.tsx`). */
export const liveFeed = new LiveFeed();

/** Whether what is seen is as it is now. */
export function useFeedState(): FeedState {
  return useSyncExternalStore(liveFeed.onState, () => liveFeed.current);
}

/** Hands on events as they come, in batches and in the order of each agent, each once. */
export function useLiveEvents(listener: (events: readonly EventRecord[]) => void): void {
  const hear = useEffectEvent(listener);
  useEffect(() => liveFeed.onEvents(hear), []);
}
