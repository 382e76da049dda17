import { proxyActivities } from '@temporalio/workflow';
import type { MeasureInput } from '../actors/performance/effects';
import type { MeasureActivities } from '../activities/measure-activities';
import { keepGoing } from './long-activity';

const { measureMetrics } = proxyActivities<MeasureActivities>({
  startToCloseTimeout: '365 days',
  heartbeatTimeout: '20s',
  retry: { initialInterval: '500ms', maximumInterval: '5s' },
});

/** Measures an agent's metrics, and tells it what is normal and what is not any more. */
export async function measure(first: MeasureInput): Promise<void> {
  await keepGoing(first, { isIdle: ({ metrics }) => metrics.length === 0, activity: measureMetrics });
}
