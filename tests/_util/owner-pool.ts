import { Pool } from 'pg';

/**
 * Connections of whoever owns the database, for tests that do what Ymera itself must not.
 * @param triggers `off`: without those that keep the ledger as it is
 */
export function ownerPool(url: string, triggers: 'on' | 'off'): Pool {
  const options = triggers === 'off' ? { options: '-c session_replication_role=replica' } : {};
  const pool = new Pool({ connectionString: url, ...options });
  // Its server ends with the test, maybe before it.
  pool.on('error', () => undefined);
  return pool;
}
