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

interface LongActivity<Orders> {
  isIdle: (orders: Orders) => boolean;
  activity: (orders: Orders) => Promise<void>;
  /** Orders, with how far it has come, for the activity that comes next, or the next run. */
  goingOn?: (orders: Orders) => Orders;
  /** It was told to stop, as it failed with that. */
  stopped?: (error: unknown) => void;
}

/**
 * Keeps one long activity going by the newest orders, so that what goes well adds nothing to any history. Ends when it is told
 * to do nothing, or when the activity returns: its agent is gone.
 */
export async function keepGoing<Orders extends { revision: number }>(
  first: Orders,
  { isIdle, activity, goingOn = (orders) => orders, stopped = () => undefined }: LongActivity<Orders>,
): Promise<void> {
  let desired = first;
  setHandler(configure, (input) => {
    const next = input as Orders;
    if (next.revision > desired.revision) desired = next;
  });
  setHandler(continuation, () => continuationOf(goingOn(desired)));
  let agentGone = false;
  while (!isIdle(desired) && !agentGone) {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew(goingOn(desired));
    const current = desired;
    const scope = new CancellationScope();
    const working = scope
      .run(() => activity(goingOn(current)))
      .then(() => (agentGone = true))
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
        stopped(error);
      });
    await Promise.race([working, condition(() => desired !== current)]);
    scope.cancel();
    await working;
  }
}
