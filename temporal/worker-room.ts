import type { WorkerOptions } from '@temporalio/worker';
import type { Environment } from '../infra/config';

/** Each watched agent holds one for as long as it lives. */
const mostActivities = 2_000;

type Room = Pick<
  WorkerOptions,
  'stickyQueueScheduleToStartTimeout' | 'maxCachedWorkflows' | 'maxConcurrentActivityTaskExecutions' | 'tuner'
>;

/** How much a worker has in its memory and does at once (docs/scaling.md). */
export function workerRoom(env: Environment): Room {
  return {
    // Short, so that another worker takes over soon when this one dies (docs/benchmarks.md).
    stickyQueueScheduleToStartTimeout: env.WORKER_STICKY_TIMEOUT_MS,
    ...(env.WORKER_CACHED_WORKFLOWS === undefined ? {} : { maxCachedWorkflows: env.WORKER_CACHED_WORKFLOWS }),
    ...(env.WORKER_TUNER === 'fixed' ? { maxConcurrentActivityTaskExecutions: mostActivities } : { tuner: tuner(env) }),
  };
}

function tuner({ WORKER_TARGET_CPU, WORKER_TARGET_MEMORY }: Environment): NonNullable<WorkerOptions['tuner']> {
  return {
    tunerOptions: { targetCpuUsage: WORKER_TARGET_CPU, targetMemoryUsage: WORKER_TARGET_MEMORY },
    activityTaskSlotOptions: { maximumSlots: mostActivities },
  };
}
