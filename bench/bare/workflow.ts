import { condition, continueAsNew, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';

export const add = defineUpdate<number, [number, string]>('add');

/** What Ymera is compared with: a workflow that adds to a counter and replies. No events, no publishing, no snapshot. */
export async function bare(start = 0): Promise<void> {
  let total = start;
  setHandler(add, (amount) => (total += amount));
  await condition(() => workflowInfo().continueAsNewSuggested);
  await continueAsNew<typeof bare>(total);
}
