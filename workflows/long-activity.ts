import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { configure, continuation } from './messages';
import { continuationOf } from './versions';

/**
 * Keeps one long activity going by the newest orders, so that what goes well adds nothing to any history. Ends when it is told
 * to do nothing, or when the activity returns: its agent is gone.
 */
export async function follow<Orders extends { revision: number }>(
  first: Orders,
  isIdle: (orders: Orders) => boolean,
  activity: (orders: Orders) => Promise<void>,
): Promise<void> {
  let desired = first;
  setHandler(configure, (input) => {
    const next = input as Orders;
    if (next.revision > desired.revision) desired = next;
  });
  setHandler(continuation, () => continuationOf(desired));
  let agentGone = false;
  while (!isIdle(desired) && !agentGone) {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew(desired);
    const current = desired;
    const scope = new CancellationScope();
    const working = scope
      .run(() => activity(current))
      .then(() => (agentGone = true))
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
    await Promise.race([working, condition(() => desired !== current)]);
    scope.cancel();
    await working;
  }
}
