import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the keeper of evidence counts. */
export interface KeeperMetrics {
  lastRound: Gauge<'loop'>;
  failedRounds: Counter<'loop'>;
  archivedRuns: Counter<'closed'>;
  archivedBytes: Counter;
  historyBytes: Histogram<'kind'>;
  historyEvents: Histogram<'kind'>;
  archiveLag: Gauge;
  retention: Gauge;
  missingRuns: Gauge;
  checkpoints: Counter;
  signedHeads: Counter;
  chainFaults: Counter;
  anchorLag: Gauge<'anchor'>;
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
    historyBytes: new Histogram({
      name: 'ymera_agent_history_bytes',
      help: 'Size of the history of one run of an agent, when it was kept, by the kind of the agent.',
      labelNames: ['kind'],
      buckets: [10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000].map((kb) => kb * 1024),
      registers,
    }),
    historyEvents: new Histogram({
      name: 'ymera_agent_history_events',
      help: 'Events of Temporal in the history of one run of an agent, when it was kept, by the kind of the agent.',
      labelNames: ['kind'],
      buckets: [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000],
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
