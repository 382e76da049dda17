import { readFile } from 'node:fs/promises';
import type { Pool } from 'pg';
import type { Logger } from '../infra/logger';
import { whenThere } from '../infra/when-there';
import { writeBundle } from '../projections/queries/evidence-histories';
import { buildOf } from './worker-deployment';

const pauseMs = 5_000;

/**
 * Keeps the bundle that a worker runs, so that its histories can be replayed by it when it is long gone. Tries until it is
 * kept or aborted: Postgres may be away, and may get its tables only now. Never throws.
 * @param file the bundle
 */
export async function keepBundle(pool: Pool, file: string, signal: AbortSignal, logger: Logger): Promise<void> {
  await whenThere(
    async () => {
      const code = await readFile(file);
      await writeBundle(pool, { code, ...buildOf(code) });
    },
    { signal, pauseMs, onFailure: (err) => logger.warn({ err }, 'the bundle of the workflows is not kept yet') },
  );
}
