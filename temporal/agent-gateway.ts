import type { Client } from '@temporalio/client';
import type { Redis } from 'ioredis';
import type { Registry } from 'prom-client';
import type { Environment, Servers } from '../infra/config';
import type { Logger } from '../infra/logger';
import { countCheckpoint, countedPublisher, createDeliveryMetrics } from '../infra/metrics/delivery';
import { NatsPublisher } from '../infra/nats/publisher';
import { RedisCheckpointStore } from '../infra/redis/checkpoint-store';
import { createRedis } from '../infra/redis/client';
import type { Publisher } from '../activities/ports';
import { TemporalAgents } from './agents';
import { connectTemporal } from './connection';
import { Delivery } from './delivery';

/** What a process has that talks to agents and delivers what they say. */
export interface AgentGateway {
  client: Client;
  redis: Redis;
  checkpoints: RedisCheckpointStore;
  /** Counts what it publishes. */
  publisher: Publisher;
  agents: TemporalAgents;
  /** Ends all its connections. */
  close(): Promise<void>;
}

/** Connects to Temporal, NATS and Redis; none of them has to be there yet. */
export function openAgentGateway(env: Environment, servers: Servers, registry: Registry, logger: Logger): AgentGateway {
  const metrics = createDeliveryMetrics(registry);
  const client = connectTemporal(servers.temporal);
  const broker = new NatsPublisher(servers.nats.servers, servers.nats, logger);
  const publisher = countedPublisher(broker, metrics);
  const redis = createRedis(servers.redis.url, logger);
  const checkpoints = new RedisCheckpointStore(redis, (what) => countCheckpoint(metrics, what));
  const delivery = new Delivery(publisher, checkpoints, (err, what) => logger.warn({ err }, `${what} failed`));
  const { taskQueue } = servers.temporal;
  return {
    client,
    redis,
    checkpoints,
    publisher,
    agents: new TemporalAgents(client, taskQueue, delivery, metrics, env.AGENT_TASK_TIMEOUT_MS),
    close: async () => {
      await Promise.allSettled([broker.close(), redis.quit(), client.connection.close()]);
    },
  };
}
