import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { LaunchRequest } from '../actors/core/launch';
import { hashOf } from '../actors/core/hash-chain';
import type { LaunchActivities } from '../activities/run-activities';

const { launchRun } = proxyActivities<LaunchActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
});

/** What a schedule starts: begins one run, whose id follows from this workflow's, so that trying again begins no second one. */
export async function launch(request: Omit<LaunchRequest, 'id'>): Promise<string> {
  const id = `run-${hashOf(workflowInfo().workflowId).slice(0, 32)}`;
  return launchRun({ ...request, id });
}
