import { readFile } from 'node:fs/promises';
import { version as sdkVersion } from '@temporalio/worker/package.json';
import type { Pool } from 'pg';
import type { Logger } from '../infra/logger';
import { whenThere } from '../infra/when-there';
import { writeBundle } from '../projections/queries/evidence-histories';
import { sha256Of } from './history-facts';

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
      const sha256 = sha256Of(code);
      // As the SDK names a build, and so writes it into each history, where nobody gives it another name.
      await writeBundle(pool, { sha256, code, sdkVersion, buildId: `@temporalio/worker@${sdkVersion}+${sha256}` });
    },
    { signal, pauseMs, onFailure: (err) => logger.warn({ err }, 'the bundle of the workflows is not kept yet') },
  );
}
