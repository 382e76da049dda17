import { requireServers } from '../infra/config';
import { serveMetrics } from '../infra/metrics/listener';
import { observePool } from '../infra/metrics/pool';
import { createProjectorMetrics } from '../infra/metrics/projector';
import { createRegistry } from '../infra/metrics/registry';
import { DurableFeed } from '../infra/nats/consumer';
import { createPool } from '../infra/postgres/pool';
import { runProcess } from '../infra/process';
import { RedisCheckpointStore } from '../infra/redis/checkpoint-store';
import { createRedis } from '../infra/redis/client';
import { TemporalAgentHistory } from '../temporal/agent-history';
import { connectTemporal } from '../temporal/connection';
import { postgresArchive } from '../temporal/postgres-archive';
import { sampleMetrics } from './metric-sampler';
import { Reconciler } from './reconcile';
import { foldCode } from './queries/fold-code';
import { Snapshots } from './queries/snapshots';
import { runProjector } from './run-projector';
import { SnapshotMaker } from './snapshot-maker';

/** The projector: takes every event into the ledger and folds the agents. Any number of them may run. */
runProcess('projector', async (signal, env, logger) => {
  const servers = requireServers(env);
  const pool = createPool(servers.postgres.url, logger, 4);
  const redis = createRedis(servers.redis.url, logger);
  const client = connectTemporal(servers.temporal);
  const history = new TemporalAgentHistory(client, postgresArchive(pool));
  const feed = new DurableFeed(servers.nats.servers, servers.nats, logger);
  const snapshots = new SnapshotMaker(pool, new Snapshots(pool, foldCode, logger), logger);
  const registry = createRegistry('projector');
  observePool(registry, pool);
  const context = { pool, logger, metrics: createProjectorMetrics(registry), snapshots };
  const reconciler = new Reconciler(context, history, new RedisCheckpointStore(redis));

  await serveMetrics(registry, { host: env.METRICS_HOST, port: env.METRICS_PORT }, signal, logger);
  const sampling = sampleMetrics('projector', registry, { pool, env, logger }, signal);
  let beside: Promise<unknown> = Promise.resolve();
  await runProjector(context, feed, history, servers.postgres.url, signal, () => {
    beside = Promise.all([reconciler.run(signal), snapshots.run(signal)]);
    logger.info('ready');
  });
  await Promise.all([beside, sampling]);
  redis.disconnect();
  await Promise.allSettled([feed.close(), pool.end(), client.connection.close()]);
});
