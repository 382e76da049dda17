import { Gauge, Histogram, type Registry } from 'prom-client';
import { registerTop, TopAgents } from './top-agents';

/** What the worker counts, beside what Temporal's own core does. */
export interface WorkerMetrics {
  activitySeconds: Histogram<'activity' | 'outcome'>;
  activitiesRunning: Gauge<'activity'>;
  activityTop: TopAgents;
}

/** The worker's metrics, registered. */
export function createWorkerMetrics(registry: Registry): WorkerMetrics {
  const registers = [registry];
  const activityTop = new TopAgents('sum');
  registerTop(
    registry,
    'ymera_agent_top_activity_seconds',
    'Time spent in activities that ended for the ten busiest agents and runs, within the last five to ten minutes.',
    activityTop,
  );
  return {
    activityTop,
    activitySeconds: new Histogram({
      name: 'ymera_activity_duration_seconds',
      help: 'Time that one attempt at an activity took, by what it is and how it ended.',
      labelNames: ['activity', 'outcome'],
      buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120, 600, 3_600],
      registers,
    }),
    activitiesRunning: new Gauge({
      name: 'ymera_activities_running',
      help: 'Activities under way; each watched agent holds one for as long as it lives.',
      labelNames: ['activity'],
      registers,
    }),
  };
}
