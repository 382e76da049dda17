import { ActivityFailure, CancelledFailure, proxyActivities } from '@temporalio/workflow';
import type { FollowInput } from '../actors/devops/sources';
import type { FollowActivities, FollowProgress } from '../activities/follow-activities';
import { keepGoing } from './long-activity';

/** One attempt follows until it is told to stop; its heartbeat carries how far it came, so another worker goes on from there. */
const { followSources } = proxyActivities<FollowActivities>({
  startToCloseTimeout: '365 days',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '5s' },
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});

type Following = FollowInput & { progress?: FollowProgress };

/** Follows an agent's logs and repositories. Other orders begin another activity, which goes on where the former one stopped. */
export async function follow(first: Following): Promise<void> {
  let { progress } = first;
  await keepGoing<Following>(first, {
    isIdle: ({ logs, repositories }) => logs.length + repositories.length === 0,
    activity: followSources,
    goingOn: (orders) => ({ ...orders, ...(progress ? { progress } : {}) }),
    stopped: (error) => (progress = reached(error) ?? progress),
  });
}

function reached(error: unknown): FollowProgress | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof CancelledFailure ? (cause.details?.[0] as FollowProgress | undefined) : undefined;
}
