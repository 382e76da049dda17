import { Gauge, type Registry } from 'prom-client';
import type { Pool } from 'pg';

/** Tells how a process's pool of connections to Postgres stands, whenever it is asked. */
export function observePool(registry: Registry, pool: Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'>): void {
  new Gauge({
    name: 'ymera_db_pool_connections',
    help: 'Connections to Postgres by what they do.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'idle' }, pool.idleCount);
      this.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
    },
  });
  new Gauge({
    name: 'ymera_db_pool_waiting',
    help: 'Callers that wait for a connection to Postgres.',
    registers: [registry],
    collect() {
      this.set(pool.waitingCount);
    },
  });
}
