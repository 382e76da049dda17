import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { ConfigError, requireServers } from '../infra/config';
import { requireSigningKey, type SigningKey } from '../infra/evidence-key';
import type { Logger } from '../infra/logger';
import { createKeeperMetrics, createRegistry } from '../infra/metrics';
import { createPool, isTransient } from '../infra/postgres/pool';
import { runProcess } from '../infra/process';
import { sayAlive } from '../projections/queries/evidence-keys';
import { connectTemporal } from '../temporal/connection';
import { establishIdentity, type Identity } from './identity';
import { keepLooping, type Loop } from './loop';

/** How often a keeper says that it lives; `stack/healthcheck.ts` counts on it. */
const aliveEveryMs = 10_000;

/** The keeper of evidence: the only process that holds the key by which evidence is signed. Several may run. */
runProcess('evidence', async (signal, env, logger) => {
  const servers = requireServers(env);
  const key = requireSigningKey(env);
  const pool = createPool(servers.postgres.url, logger, 6);
  const client = connectTemporal(servers.temporal);
  const metrics = createKeeperMetrics(createRegistry('evidence'));
  const identity = await identityWhenThere(pool, key, logger, signal);
  if (identity === null) return;

  const loops: Loop[] = [{ name: 'alive', everyMs: aliveEveryMs, round: () => sayAlive(pool, hostname()) }];
  logger.info({ installation: identity.installation, keyId: identity.key.keyId }, 'ready');
  await Promise.all(loops.map((loop) => keepLooping(loop, signal, { logger, metrics })));
  await Promise.allSettled([pool.end(), client.connection.close()]);
});

/** Waits for Postgres and its schema. @returns null where the process is told to end before */
async function identityWhenThere(
  pool: Pool,
  key: SigningKey,
  logger: Logger,
  signal: AbortSignal,
): Promise<Identity | null> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      return await establishIdentity(pool, key);
    } catch (error) {
      if (error instanceof ConfigError || !(isTransient(error) || isUnmigrated(error))) throw error;
      if (attempt === 1) logger.warn({ err: error }, 'postgres: not there yet');
      await sleep(500, undefined, { signal }).catch(() => undefined);
    }
  }
  return null;
}

function isUnmigrated(error: unknown): boolean {
  const undefinedTable = '42P01';
  return (error as { code?: unknown }).code === undefinedTable;
}
