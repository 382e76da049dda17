import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../infra/logger';
import type { KeeperMetrics } from '../infra/metrics/keeper';

/** Something that the keeper does again and again. */
export interface Loop {
  /** In the log and in the metrics. */
  name: string;
  everyMs: number;
  /** One round. What it throws is logged, and the next round comes in its time: each must find what an earlier one missed. */
  round: (signal: AbortSignal) => Promise<unknown>;
  /** Calls `wake` whenever a round is due at once. @returns how to end that */
  nudge?: (wake: () => void) => () => void;
}

/** Runs a loop until aborted; the round under way is finished then. Never throws. */
export async function keepLooping(
  { name, everyMs, round, nudge }: Loop,
  signal: AbortSignal,
  { logger, metrics }: { logger: Logger; metrics: KeeperMetrics },
): Promise<void> {
  let failing = false;
  let pause = new AbortController();
  const endNudges = nudge?.(() => pause.abort());
  while (!signal.aborted) {
    // Before the round: what comes while it works may not be seen by it.
    pause = new AbortController();
    try {
      await round(signal);
      if (failing) logger.info({ loop: name }, 'the loop works again');
      failing = false;
      metrics.lastRound.set({ loop: name }, Date.now() / 1000);
    } catch (error) {
      metrics.failedRounds.inc({ loop: name });
      // Once per outage.
      if (!failing && !signal.aborted) logger.warn({ err: error, loop: name }, 'a round of the loop failed');
      failing = true;
    }
    await sleep(everyMs, undefined, { signal: AbortSignal.any([signal, pause.signal]) }).catch(() => undefined);
  }
  endNudges?.();
}
