import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import type { WorkerMetrics } from '../infra/metrics/worker';
import { agentIdOf } from '../workflows/messages';

/** What goes around every activity: it is timed, and its time is put down to its agent or run. */
export function activityFrame(metrics: WorkerMetrics): (context: Context) => ActivityInterceptors {
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const activity = info.activityType;
        const startedAt = performance.now();
        let outcome = 'failed';
        metrics.activitiesRunning.inc({ activity });
        try {
          const result = await next(input);
          outcome = 'done';
          return result;
        } finally {
          const seconds = (performance.now() - startedAt) / 1000;
          metrics.activitiesRunning.dec({ activity });
          metrics.activitySeconds.observe({ activity, outcome }, seconds);
          const agentId = agentIdOf(info.workflowExecution?.workflowId ?? '');
          if (agentId !== null) metrics.activityTop.note(agentId, seconds);
        }
      },
    },
  });
}
