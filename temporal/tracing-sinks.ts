import type { InjectedSinks } from '@temporalio/worker';
import { beginSpan, isTracing, SpanKind } from '../infra/tracing';
import type { TracingSinks } from '../workflows/messages';

/** What workflows tell of commands becomes spans; without a length, since no clock runs within a workflow task. */
export const tracingSinks: InjectedSinks<TracingSinks> = {
  tracing: {
    decided: {
      callDuringReplay: false,
      fn({ workflowId, runId }, { agentId, commandId, type, traceparent, outcome, events }) {
        if (!isTracing()) return;
        beginSpan(`decide ${type}`, SpanKind.INTERNAL, traceparent, {
          'ymera.agent_id': agentId,
          'ymera.command_id': commandId,
          'ymera.outcome': outcome,
          'ymera.events': events,
          'temporal.workflow_id': workflowId,
          'temporal.run_id': runId,
        }).end();
      },
    },
  },
};
