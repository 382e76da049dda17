import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { WatchInput } from '../actors/devops/effects';
import type { WatchActivities } from '../activities/watch-activities';
import { configure } from './messages';

/** One attempt probes until it is told to stop; its heartbeat carries what it knows, so another worker goes on from there. */
const { watchTargets } = proxyActivities<WatchActivities>({
  startToCloseTimeout: '365 days',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '5s' },
});

/**
 * Watches an agent's targets in one long activity, so that a healthy target adds nothing to any history.
 * Ends when it is told to watch nothing, or when its agent is gone.
 */
export async function watch(first: WatchInput): Promise<void> {
  let desired = first;
  setHandler(configure, (input) => {
    const next = input as WatchInput;
    if (next.revision > desired.revision) desired = next;
  });
  let agentGone = false;
  while (desired.targets.length > 0 && !agentGone) {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof watch>(desired);
    const current = desired;
    const scope = new CancellationScope();
    const probing = scope
      .run(() => watchTargets(current))
      .then(() => (agentGone = true))
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
    await Promise.race([probing, condition(() => desired !== current)]);
    scope.cancel();
    await probing;
  }
}
