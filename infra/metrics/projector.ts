import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { eventKind, eventName, type EventRecord } from '../../actors/core/event';

/** What the projector counts. */
export interface ProjectorMetrics {
  eventsProjected: Counter<'kind'>;
  ledgerFaults: Counter;
  projectorLag: Gauge;
  delaySeconds: Histogram;
  configChanges: Counter<'kind'>;
  runsEnded: Counter<'outcome'>;
  runSeconds: Histogram<'outcome'>;
  checkpointsAhead: Gauge;
  repairedEvents: Counter;
}

/** The projector's metrics, registered. */
export function createProjectorMetrics(registry: Registry): ProjectorMetrics {
  const registers = [registry];
  return {
    eventsProjected: new Counter({
      name: 'ymera_events_projected_total',
      help: 'Events written to the ledger, by the kind of their agent.',
      labelNames: ['kind'],
      registers,
    }),
    ledgerFaults: new Counter({
      name: 'ymera_ledger_faults_total',
      help: 'Records that did not fit the ledger and were refused.',
      registers,
    }),
    projectorLag: new Gauge({
      name: 'ymera_projector_lag_messages',
      help: 'Messages of the stream that are not yet in the ledger, as this projector last saw it.',
      registers,
    }),
    delaySeconds: new Histogram({
      name: 'ymera_projector_delay_seconds',
      help: 'Time from an event to its place in the ledger.',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600],
      registers,
    }),
    configChanges: new Counter({
      name: 'ymera_config_changes_total',
      help: 'Changes of the config of agents, by kind.',
      labelNames: ['kind'],
      registers,
    }),
    runsEnded: new Counter({
      name: 'ymera_runs_ended_total',
      help: 'Runs of runbooks that ended, by their outcome.',
      labelNames: ['outcome'],
      registers,
    }),
    runSeconds: new Histogram({
      name: 'ymera_run_duration_seconds',
      help: 'How long runs of runbooks took, by their outcome.',
      labelNames: ['outcome'],
      buckets: [1, 5, 15, 60, 300, 900, 3_600, 4 * 3_600, 24 * 3_600, 7 * 24 * 3_600],
      registers,
    }),
    checkpointsAhead: new Gauge({
      name: 'ymera_checkpoints_ahead_agents',
      help: 'Agents whose mirror in Redis was ahead of the ledger at the last look, a minute apart.',
      registers,
    }),
    repairedEvents: new Counter({
      name: 'ymera_ledger_repaired_events_total',
      help: 'Events that the stream had lost and that were read from the histories of their agents.',
      registers,
    }),
  };
}

/** Counts a record that has come into the ledger. @param now epoch ms */
export function countProjected(metrics: ProjectorMetrics, record: EventRecord, now: number): void {
  const kind = eventKind(record);
  metrics.eventsProjected.inc({ kind });
  metrics.delaySeconds.observe(Math.max(0, now - Date.parse(record.time)) / 1000);
  const name = eventName(record);
  if (name === 'ConfigChanged') metrics.configChanges.inc({ kind });
  if (kind !== 'run' || name !== 'RunEnded') return;
  const { outcome, durationMs } = record.data as { outcome: string; durationMs: number };
  metrics.runsEnded.inc({ outcome });
  metrics.runSeconds.observe({ outcome }, durationMs / 1000);
}
