import type { Pool } from 'pg';

/**
 * Does work that only one process of all may do at a time, without a transaction for as long as it takes. Where the connection
 * breaks meanwhile another process may begin too: the work must bear that, and only wastes what it does twice.
 * @param id any number that all of Ymera's processes agree on
 * @returns what `work` returns; null, without any work, where another process is at it
 * @throws what `work` throws, or the error of the connection
 */
export async function withSessionLock<T>(pool: Pool, id: number, work: () => Promise<T>): Promise<T | null> {
  const client = await pool.connect();
  // Without a listener, a connection that breaks between two queries would end the process.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  let broken: Error | undefined;
  try {
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [id]);
    if (rows[0]?.held !== true) return null;
    try {
      return await work();
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [id]).catch((error: Error) => {
        broken = error;
      });
    }
  } catch (error) {
    broken ??= error as Error;
    throw error;
  } finally {
    client.removeListener('error', ignore);
    client.release(broken);
  }
}
