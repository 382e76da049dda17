import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { ConfigError, requireServers, type Environment, type Servers } from '../infra/config';
import { requireSigningKey } from '../infra/evidence-key';
import type { Logger } from '../infra/logger';
import { createKeeperMetrics, type KeeperMetrics } from '../infra/metrics/keeper';
import { serveMetrics } from '../infra/metrics/listener';
import { observePool } from '../infra/metrics/pool';
import { createRegistry } from '../infra/metrics/registry';
import { Listener } from '../infra/postgres/listener';
import { createPool, isTransient } from '../infra/postgres/pool';
import { runProcess } from '../infra/process';
import { whenThere } from '../infra/when-there';
import { parseRetentionClasses, type RetentionClasses } from '../infra/retention';
import { RedisCheckpointStore } from '../infra/redis/checkpoint-store';
import { createRedis } from '../infra/redis/client';
import { sampleMetrics } from '../projections/metric-sampler';
import { dropAnchorsBut } from '../projections/queries/evidence-anchors';
import { sayAlive } from '../projections/queries/evidence-keys';
import { requestChannel } from '../projections/queries/evidence-requests';
import { foldCode } from '../projections/queries/fold-code';
import { Snapshots } from '../projections/queries/snapshots';
import { connectTemporal } from '../temporal/connection';
import type { Checkpoint } from '../workflows/messages';
import { Anchoring } from './anchors/anchoring';
import { placesOf } from './anchors/places';
import { Archiver } from './archive/archiver';
import { ClosedRuns } from './archive/closed-runs';
import { RetentionGuard } from './archive/retention-guard';
import { Sweep } from './archive/sweep';
import { Checkpointer } from './checkpoints/checkpointer';
import { expireAll } from './expire';
import { hostJobs, viewOf } from './jobs/host';
import { verificationActivities } from './jobs/verification-activities';
import { keepLooping, type Loop } from './loop';
import { Requests } from './requests';
import { Signing } from './signing';

/** How often a keeper says that it lives; `stack/healthcheck.ts` counts on it. */
const aliveEveryMs = 10_000;
/** A request comes with a notification: this is for when that is lost. */
const requestsEveryMs = 5_000;
const anchorsEveryMs = 1_000;
const expireEveryMs = 600_000;

/** What the loops work with. */
interface Means {
  env: Environment;
  pool: Pool;
  client: Client;
  logger: Logger;
  metrics: KeeperMetrics;
  archiver: Archiver;
}

/** The keeper of evidence: the only process that holds the key by which evidence is signed. Several may run. */
runProcess('evidence', async (signal, env, logger) => {
  const servers = requireServers(env);
  // Told before it waits for anything.
  requireSigningKey(env);
  const pool = createPool(servers.postgres.url, logger, 12);
  const client = connectTemporal(servers.temporal);
  const registry = createRegistry('evidence');
  const metrics = createKeeperMetrics(registry);
  observePool(registry, pool);
  await serveMetrics(registry, { host: env.METRICS_HOST, port: env.METRICS_PORT }, signal, logger);
  const means = { env, pool, client, logger, metrics, archiver: new Archiver(pool, client, metrics) };
  const signing = await whenThere(() => Signing.establish(pool, () => requireSigningKey(env)), {
    signal,
    pauseMs: 500,
    mayPass: (error) => !(error instanceof ConfigError) && (isTransient(error) || isUnmigrated(error)),
    onFailure: (err) => logger.warn({ err }, 'postgres: not there yet'),
  });
  if (signing === null) return;

  const asked = new Listener(servers.postgres.url, requestChannel, logger);
  const loops = [...archiveLoops(means), ...(await anchorLoops(means)), ...signingLoops(means, signing, asked)];
  logger.info({ installation: signing.installation, keyId: signing.keyId }, 'ready');
  await Promise.all([
    doJobs(means, servers, signing.installation, signal),
    sampleMetrics('evidence', registry, { pool, env, logger }, signal),
    ...loops.map((loop) => keepLooping(loop, signal, { logger, metrics })),
  ]);
  await Promise.allSettled([asked.close(), pool.end(), client.connection.close()]);
});

function archiveLoops({ env, pool, client, logger, metrics, archiver }: Means): Loop[] {
  const guard = new RetentionGuard(client, logger, metrics);
  const closed = new ClosedRuns(pool, client, archiver, guard, logger);
  const sweep = new Sweep(pool, archiver, logger, metrics);
  return [
    { name: 'archive', everyMs: env.EVIDENCE_ARCHIVE_SECONDS * 1000, round: (stop) => closed.round(stop) },
    { name: 'sweep', everyMs: env.EVIDENCE_SWEEP_MINUTES * 60_000, round: (stop) => sweep.round(stop) },
  ];
}

async function anchorLoops({ env, pool, logger, metrics }: Means): Promise<Loop[]> {
  const places = placesOf(env);
  await dropAnchorsBut(
    pool,
    places.map(({ name }) => name),
  );
  return places.map((place) => {
    const anchoring = new Anchoring(pool, place, logger, metrics);
    return { name: `anchor-${place.name}`, everyMs: anchorsEveryMs, round: (stop) => anchoring.round(stop) };
  });
}

function signingLoops({ env, pool, logger, metrics, archiver }: Means, signing: Signing, asked: Listener): Loop[] {
  const checkpointer = new Checkpointer(pool, signing, logger, metrics);
  const classes = parseRetentionClasses(env.RETENTION_CLASSES) as RetentionClasses;
  const expiry = { pool, signing, classes, logger };
  const requests = new Requests(pool, logger, signing, checkpointer, archiver);
  return [
    { name: 'alive', everyMs: aliveEveryMs, round: () => sayAlive(pool, hostname()) },
    { name: 'checkpoints', everyMs: env.EVIDENCE_CHECKPOINT_SECONDS * 1000, round: () => checkpointer.round() },
    {
      name: 'requests',
      everyMs: requestsEveryMs,
      round: (stop) => requests.round(stop),
      nudge: (wake) => asked.on(wake, wake),
    },
    { name: 'expire', everyMs: expireEveryMs, round: async (stop) => void (await expireAll(expiry, stop)) },
  ];
}

/** Does what takes long, until aborted. */
async function doJobs(
  { pool, client, logger, archiver }: Means,
  servers: Servers,
  installation: string,
  signal: AbortSignal,
): Promise<void> {
  const redis = createRedis(servers.redis.url, logger);
  const mirrors = new RedisCheckpointStore(redis);
  const snapshots = new Snapshots(pool, foldCode, logger);
  const activities = verificationActivities({
    pool,
    installation,
    converter: client.options.loadedDataConverter,
    encryption: servers.temporal.encryption,
    archive: (agentId) => archiver.keepAll(agentId, true),
    view: (agentId) => viewOf(client, agentId),
    mirror: async (agentId) => (await mirrors.get(agentId)) as unknown as Checkpoint | null,
    kept: (agentId, sequence) => snapshots.before(agentId, sequence),
  });
  await hostJobs(servers.temporal, activities, signal, logger);
  redis.disconnect();
}

function isUnmigrated(error: unknown): boolean {
  const undefinedTable = '42P01';
  return (error as { code?: unknown }).code === undefinedTable;
}
