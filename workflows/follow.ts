import {
  ActivityFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { FollowInput } from '../actors/devops/sources';
import type { FollowActivities, FollowProgress } from '../activities/follow-activities';
import { configure, continuation } from './messages';
import { continuationOf } from './versions';

/** One attempt follows until it is told to stop; its heartbeat carries how far it came, so another worker goes on from there. */
const { followSources } = proxyActivities<FollowActivities>({
  startToCloseTimeout: '365 days',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '5s' },
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});

/**
 * Follows an agent's logs and repositories in one long activity, so that quiet ones add nothing to any history. Other orders begin
 * another activity, which goes on where the former one stopped. Ends when there is nothing to follow, or its agent is gone.
 */
export async function follow(first: FollowInput & { progress?: FollowProgress }): Promise<void> {
  let desired: FollowInput = first;
  let { progress } = first;
  setHandler(configure, (input) => {
    const next = input as FollowInput;
    if (next.revision > desired.revision) desired = next;
  });
  const carried = (): FollowInput & { progress?: FollowProgress } => ({
    ...desired,
    ...(progress ? { progress } : {}),
  });
  setHandler(continuation, () => continuationOf(carried()));
  let agentGone = false;
  while (desired.logs.length + desired.repositories.length > 0 && !agentGone) {
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof follow>(carried());
    }
    const current = desired;
    const scope = new CancellationScope();
    const following = scope
      .run(() => followSources({ ...current, ...(progress ? { progress } : {}) }))
      .then(() => (agentGone = true))
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
        progress = reached(error) ?? progress;
      });
    await Promise.race([following, condition(() => desired !== current)]);
    scope.cancel();
    await following;
  }
}

function reached(error: unknown): FollowProgress | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof CancelledFailure ? (cause.details?.[0] as FollowProgress | undefined) : undefined;
}
