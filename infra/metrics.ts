import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** What the projector counts. */
export interface ProjectorMetrics {
  eventsProjected: Counter<'kind'>;
  ledgerFaults: Counter;
  projectorLag: Gauge;
}

/** What the keeper of evidence counts. */
export interface KeeperMetrics {
  lastRound: Gauge<'loop'>;
  failedRounds: Counter<'loop'>;
  archivedRuns: Counter<'closed'>;
  archivedBytes: Counter;
  archiveLag: Gauge;
  retention: Gauge;
  missingRuns: Gauge;
  checkpoints: Counter;
  signedHeads: Counter;
  chainFaults: Counter;
  anchorLag: Gauge<'anchor'>;
}

/** A registry with the process's own metrics (CPU, memory, event loop, garbage collection). */
export function createRegistry(role: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ role });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** The projector's counters, registered. */
export function createProjectorMetrics(registry: Registry): ProjectorMetrics {
  return {
    eventsProjected: new Counter({
      name: 'ymera_events_projected_total',
      help: 'Events written to the ledger.',
      labelNames: ['kind'],
      registers: [registry],
    }),
    ledgerFaults: new Counter({
      name: 'ymera_ledger_faults_total',
      help: 'Records that did not fit the ledger and were refused.',
      registers: [registry],
    }),
    projectorLag: new Gauge({
      name: 'ymera_projector_lag_messages',
      help: 'Messages of the stream that are not yet in the ledger.',
      registers: [registry],
    }),
  };
}

/** The keeper's metrics, registered. */
export function createKeeperMetrics(registry: Registry): KeeperMetrics {
  const registers = [registry];
  return {
    lastRound: new Gauge({
      name: 'ymera_keeper_last_round_timestamp_seconds',
      help: 'When a loop of the keeper last did what it had to do.',
      labelNames: ['loop'],
      registers,
    }),
    failedRounds: new Counter({
      name: 'ymera_keeper_failed_rounds_total',
      help: 'Rounds of a loop of the keeper that failed.',
      labelNames: ['loop'],
      registers,
    }),
    archivedRuns: new Counter({
      name: 'ymera_archived_runs_total',
      help: 'Histories of runs kept.',
      labelNames: ['closed'],
      registers,
    }),
    archivedBytes: new Counter({
      name: 'ymera_archived_bytes_total',
      help: 'Bytes of histories kept, before they are compressed.',
      registers,
    }),
    archiveLag: new Gauge({
      name: 'ymera_archive_lag_seconds',
      help: 'For how long the oldest closed run had waited that the last round found not kept.',
      registers,
    }),
    retention: new Gauge({
      name: 'ymera_temporal_retention_seconds',
      help: 'For how long Temporal keeps closed runs.',
      registers,
    }),
    missingRuns: new Gauge({
      name: 'ymera_archive_missing_runs',
      help: 'Runs that the archive lacks between others that it has.',
      registers,
    }),
    checkpoints: new Counter({
      name: 'ymera_checkpoints_signed_total',
      help: 'Checkpoints of heads signed.',
      registers,
    }),
    signedHeads: new Counter({ name: 'ymera_heads_signed_total', help: 'Heads of chains signed.', registers }),
    chainFaults: new Counter({
      name: 'ymera_chain_faults_total',
      help: 'Heads that were not signed because their chain did not hold.',
      registers,
    }),
    anchorLag: new Gauge({
      name: 'ymera_anchor_lag_checkpoints',
      help: 'Checkpoints that are not yet anchored outside.',
      labelNames: ['anchor'],
      registers,
    }),
  };
}
