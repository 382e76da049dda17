import { proxyActivities } from '@temporalio/workflow';
import type { WatchInput } from '../actors/devops/effects';
import type { WatchActivities } from '../activities/watch-activities';
import { keepGoing } from './long-activity';

/** One attempt probes until it is told to stop; its heartbeat carries what it knows, so another worker goes on from there. */
const { watchTargets } = proxyActivities<WatchActivities>({
  startToCloseTimeout: '365 days',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '5s' },
});

/** Watches an agent's targets. */
export async function watch(first: WatchInput): Promise<void> {
  await keepGoing(first, { isIdle: ({ targets }) => targets.length === 0, activity: watchTargets });
}
