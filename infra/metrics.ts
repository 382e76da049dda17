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
  };
}
