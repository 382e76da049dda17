import {
  condition,
  continueAsNew,
  defineUpdate,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type * as activities from './activities';

export const add = defineUpdate<number, [number, string]>('add');

/** What Ymera is compared with: a workflow that adds to a counter and replies. No events, no publishing, no snapshot. */
export async function bare(start = 0): Promise<void> {
  let total = start;
  setHandler(add, (amount) => (total += amount));
  await condition(() => workflowInfo().continueAsNewSuggested);
  await continueAsNew<typeof bare>(total);
}

const { echo } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute', heartbeatTimeout: '10s' });

/** What a run is compared with: the same steps written by hand. No events, no publishing, no approvals, no way to pause. */
export async function plain(steps: number): Promise<number> {
  let sum = 0;
  for (let value = 1; value <= steps; value += 1) sum += (await echo({ value })).value;
  return sum;
}
