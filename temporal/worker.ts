import { join } from 'node:path';
import { makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { agentActivities } from '../activities/agent-activities';
import { remediationActivities } from '../activities/remediation-activities';
import { watchActivities } from '../activities/watch-activities';
import { requireServers, type Environment } from '../infra/config';
import { NatsPublisher } from '../infra/nats/publisher';
import { distDir } from '../infra/paths';
import { runProcess } from '../infra/process';
import { RedisCheckpointStore } from '../infra/redis/checkpoint-store';
import { createRedis } from '../infra/redis/client';
import { TemporalAgentHistory } from './agent-history';
import { TemporalAgents } from './agents';
import { TemporalCompanions } from './companions';
import { connectTemporal } from './connection';
import { Delivery } from './delivery';
import { temporalLogger } from './temporal-logger';

/** Which programs remediations may run on this worker: any while developing, none in production unless named. */
function executables({ YMERA_EXECUTABLES, ENVIRONMENT }: Environment): string[] | 'any' {
  if (YMERA_EXECUTABLES !== undefined) return YMERA_EXECUTABLES.split(',').map((name) => name.trim());
  return ENVIRONMENT === 'production' ? [] : 'any';
}

/** The worker: runs the workflows of all agents and does what they want done. Any number of them may run. */
runProcess('worker', async (stop, env, logger) => {
  const servers = requireServers(env);
  Runtime.install({
    logger: temporalLogger(logger),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN' }) } },
    shutdownSignals: [],
  });

  const client = connectTemporal(servers.temporal);
  const publisher = new NatsPublisher(servers.nats.servers, servers.nats, logger);
  const redis = createRedis(servers.redis.url, logger);
  const checkpoints = new RedisCheckpointStore(redis);
  const onError = (err: unknown, what: string): void => logger.warn({ err }, `${what} failed`);
  const agents = new TemporalAgents(client, servers.temporal.taskQueue, new Delivery(publisher, checkpoints, onError));
  const connection = await NativeConnection.connect({
    address: servers.temporal.address,
    grpcCompression: { codec: 'none' },
  });
  const worker = await Worker.create({
    connection,
    namespace: servers.temporal.namespace,
    taskQueue: servers.temporal.taskQueue,
    workflowBundle: { codePath: join(distDir, 'workflow-bundle.js') },
    activities: {
      ...agentActivities({
        publisher,
        checkpoints,
        history: new TemporalAgentHistory(client),
        companions: new TemporalCompanions(client, servers.temporal.taskQueue),
        onError,
      }),
      ...watchActivities(agents),
      ...remediationActivities(agents, executables(env)),
    },
    // Short, so that another worker takes over soon when this one dies (docs/benchmarks.md).
    stickyQueueScheduleToStartTimeout: '500ms',
    // Each watched agent holds one for as long as it lives.
    maxConcurrentActivityTaskExecutions: 2000,
    shutdownGraceTime: '5s',
  });
  stop.addEventListener('abort', () => {
    void agents.flushCheckpoints(3000).finally(() => worker.shutdown());
  });
  logger.info('ready');
  await worker.run();
  await Promise.allSettled([publisher.close(), redis.quit(), connection.close(), client.connection.close()]);
});
