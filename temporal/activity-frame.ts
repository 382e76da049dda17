import type { Context, Info } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { aboutWork, type LogContext } from '../infra/log-context';
import type { WorkerMetrics } from '../infra/metrics/worker';
import { beginSpans, SpanKind, traceIdOf, withSpans, type Traced } from '../infra/tracing';
import { agentIdOf } from '../workflows/messages';

/**
 * What goes around every activity: it is timed, its time is put down to its agent or run, the traces that it belongs to show it,
 * and what it logs says what it is about.
 */
export function activityFrame(metrics: WorkerMetrics): (context: Context) => ActivityInterceptors {
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const activity = info.activityType;
        const traced = tracedIn(input.args[0]);
        const startedAt = performance.now();
        let outcome = 'failed';
        metrics.activitiesRunning.inc({ activity });
        try {
          const spans = beginSpans(`activity ${activity}`, SpanKind.INTERNAL, traced, attributesOf(info));
          const result = await aboutWork(aboutOf(info, traced), () => withSpans(spans, () => next(input)));
          outcome = 'done';
          return result;
        } finally {
          const seconds = (performance.now() - startedAt) / 1000;
          metrics.activitiesRunning.dec({ activity });
          metrics.activitySeconds.observe({ activity, outcome }, seconds);
          const agentId = agentOf(info);
          if (agentId !== null) metrics.activityTop.note(agentId, seconds);
        }
      },
    },
  });
}

/** What of an activity's input belongs to traces: itself, what it launches, the records that it carries. */
function tracedIn(input: unknown): Traced[] {
  if (typeof input !== 'object' || input === null) return [];
  const { traceparent, request, records } = input as Traced & { request?: Traced; records?: Traced[] };
  return [{ traceparent }, { traceparent: request?.traceparent }, ...(records ?? [])].filter(
    (each) => each.traceparent !== undefined,
  );
}

function agentOf({ workflowExecution }: Info): string | null {
  return agentIdOf(workflowExecution?.workflowId ?? '');
}

function attributesOf(info: Info): Record<string, string | number> {
  return {
    'temporal.workflow_id': info.workflowExecution?.workflowId ?? '',
    'temporal.activity.attempt': info.attempt,
  };
}

function aboutOf(info: Info, [first]: readonly Traced[]): LogContext {
  const traceId = traceIdOf(first?.traceparent);
  const id = agentOf(info);
  return {
    ...(traceId === undefined ? {} : { traceId }),
    ...(id === null ? {} : info.workflowType === 'run' ? { runId: id } : { agentId: id }),
  };
}
