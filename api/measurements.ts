import type { Pool } from 'pg';
import { findName, listNames, readSeries } from '../projections/queries/metric-samples';
import { summariseVitals } from '../projections/queries/web-vitals';
import type { Dependencies } from './dependencies';
import type { Ask } from './guarded-postgres';
import type { VitalsIntake } from './vitals-intake';

/**
 * What browsers and the processes have measured.
 * @param days how long the metrics of processes are kept
 */
export function postgresMeasurements(
  pool: Pool,
  ask: Ask,
  intake: VitalsIntake,
  days: number,
): Pick<Dependencies, 'vitals' | 'metricHistory'> {
  return {
    vitals: {
      add: (sample) => intake.add(sample),
      summarise: (query) => ask(() => summariseVitals(pool, query)),
    },
    metricHistory: {
      names: () => ask(() => listNames(pool, days)),
      find: (name) => ask(() => findName(pool, name)),
      read: (query) => ask(() => readSeries(pool, query)),
    },
  };
}
