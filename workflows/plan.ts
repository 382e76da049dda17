import { proxyActivities } from '@temporalio/workflow';
import type { PlanActivities } from '../activities/run-activities';
import type { RunConfig } from '../actors/run/config';
import type { PlannedNode } from '../actors/run/plan';
import { rehearse } from './rehearsal';
import { outermost } from './run-frame';

const { planStep } = proxyActivities<PlanActivities>({
  startToCloseTimeout: '2 minutes',
  retry: { maximumAttempts: 3 },
});

/** A dry-run of a whole run. All that it can reach are plans: no action's `run` is among its activities. */
export async function plan({ id, config }: { id: string; config: RunConfig }): Promise<PlannedNode[]> {
  const { steps, verify } = config.document;
  return rehearse([...steps, ...(verify?.steps ?? [])], outermost, { id, config, steps: {}, plan: planStep });
}
