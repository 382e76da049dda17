import type { WorkerOptions } from '@temporalio/worker';
import type { Environment } from '../infra/config';

/** Half of them ask for agents in the memory, half for those that nobody has: after a loss of a worker that is all of its agents. */
const pollers = { type: 'simple-maximum', maximum: 6 } as const;
/** Each watched agent holds one for as long as it lives. */
const mostActivities = 2_000;

type Room = Pick<
  WorkerOptions,
  | 'stickyQueueScheduleToStartTimeout'
  | 'maxCachedWorkflows'
  | 'maxConcurrentWorkflowTaskExecutions'
  | 'maxConcurrentActivityTaskExecutions'
  | 'workflowTaskPollerBehavior'
  | 'nonStickyToStickyPollRatio'
  | 'tuner'
>;

/** How much a worker has in its memory and does at once (docs/scaling.md). */
export function workerRoom(env: Environment): Room {
  return {
    // Short, so that another worker takes over soon when this one dies (docs/benchmarks.md).
    stickyQueueScheduleToStartTimeout: env.WORKER_STICKY_TIMEOUT_MS,
    workflowTaskPollerBehavior: pollers,
    nonStickyToStickyPollRatio: 0.5,
    ...(env.WORKER_CACHED_WORKFLOWS === undefined ? {} : { maxCachedWorkflows: env.WORKER_CACHED_WORKFLOWS }),
    ...(env.WORKER_TUNER === 'fixed' ? fixed(env) : { tuner: tuner(env) }),
  };
}

/**
 * Few workflow tasks: one thread does them one after another, and each has its timeout from when it was taken. With 40, as the SDK has
 * it, a worker that gets the agents of another replays them all at once and is late for each, which then begins again elsewhere.
 */
function fixed({ WORKER_WORKFLOW_TASKS }: Environment): Room {
  return {
    maxConcurrentWorkflowTaskExecutions: WORKER_WORKFLOW_TASKS,
    maxConcurrentActivityTaskExecutions: mostActivities,
  };
}

function tuner({
  WORKER_TARGET_CPU,
  WORKER_TARGET_MEMORY,
  WORKER_WORKFLOW_TASKS,
}: Environment): NonNullable<WorkerOptions['tuner']> {
  return {
    tunerOptions: { targetCpuUsage: WORKER_TARGET_CPU, targetMemoryUsage: WORKER_TARGET_MEMORY },
    workflowTaskSlotOptions: { maximumSlots: WORKER_WORKFLOW_TASKS },
    activityTaskSlotOptions: { maximumSlots: mostActivities },
  };
}
