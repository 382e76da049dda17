import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { eventKind, type EventRecord } from '../../actors/core/event';
import { registerTop, TopAgents } from './top-agents';

/** What those count who send commands to agents and deliver what comes of them: the API and the worker. */
export interface DeliveryMetrics {
  updates: Histogram<'outcome'>;
  updatesTop: TopAgents;
  published: Counter<'kind' | 'outcome'>;
  publishSeconds: Histogram;
  checkpoints: Counter<'outcome'>;
  checkpointSeconds: Histogram;
  lastCheckpoint: Gauge;
  stateBytes: Histogram<'kind'>;
  stateTop: TopAgents;
}

const quick = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The metrics of delivering, registered. */
export function createDeliveryMetrics(registry: Registry): DeliveryMetrics {
  const registers = [registry];
  const [updatesTop, stateTop] = [new TopAgents('sum'), new TopAgents('last')];
  registerTop(
    registry,
    'ymera_agent_top_update_seconds',
    'Time spent on the Updates of the ten busiest agents, within the last five to ten minutes.',
    updatesTop,
  );
  registerTop(
    registry,
    'ymera_agent_top_state_bytes',
    'Size of the ten largest mirrors among those written within the last five to ten minutes.',
    stateTop,
  );
  return {
    updatesTop,
    stateTop,
    updates: new Histogram({
      name: 'ymera_agent_update_seconds',
      help: 'Time from sending a batch of commands to an agent to its answer and the delivery of its events.',
      labelNames: ['outcome'],
      buckets: quick,
      registers,
    }),
    published: new Counter({
      name: 'ymera_events_published_total',
      help: 'Events given to JetStream, by the kind of their agent: acked, or left with their agent to be tried again.',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    publishSeconds: new Histogram({
      name: 'ymera_publish_duration_seconds',
      help: 'Time from publishing a batch of events to the last ack.',
      buckets: quick,
      registers,
    }),
    checkpoints: new Counter({
      name: 'ymera_checkpoints_total',
      help: 'Mirrors of agents written to Redis, and those that could not be.',
      labelNames: ['outcome'],
      registers,
    }),
    checkpointSeconds: new Histogram({
      name: 'ymera_checkpoint_duration_seconds',
      help: 'Time to write one mirror.',
      buckets: quick,
      registers,
    }),
    lastCheckpoint: new Gauge({
      name: 'ymera_checkpoint_last_timestamp_seconds',
      help: 'When this process last wrote a mirror, Unix time.',
      registers,
    }),
    stateBytes: new Histogram({
      name: 'ymera_agent_state_bytes',
      help: 'Size of the mirrors written, as JSON, by kind.',
      labelNames: ['kind'],
      buckets: [1, 4, 16, 64, 256, 512, 1024, 2048].map((kb) => kb * 1024),
      registers,
    }),
  };
}

interface Publisher {
  publish(records: readonly EventRecord[], before: number): Promise<number>;
}

/** The same publisher, counted. */
export function countedPublisher<P extends Publisher>(publisher: P, metrics: DeliveryMetrics): Publisher {
  return {
    async publish(records, before) {
      const stop = metrics.publishSeconds.startTimer();
      const acked = await publisher.publish(records, before);
      stop();
      for (const record of records) {
        metrics.published.inc({ kind: eventKind(record), outcome: record.sequence <= acked ? 'acked' : 'left' });
      }
      return acked;
    },
  };
}

/** Counts the writing of one mirror. @param bytes of its JSON */
export function countCheckpoint(
  metrics: DeliveryMetrics,
  { agentId, kind, bytes, seconds, written }: WrittenCheckpoint,
): void {
  metrics.checkpoints.inc({ outcome: written ? 'written' : 'failed' });
  if (!written) return;
  metrics.checkpointSeconds.observe(seconds);
  metrics.lastCheckpoint.setToCurrentTime();
  metrics.stateBytes.observe({ kind }, bytes);
  metrics.stateTop.note(agentId, bytes);
}

/** What became of writing one mirror. `bytes`: of its JSON. */
export interface WrittenCheckpoint {
  agentId: string;
  kind: string;
  bytes: number;
  seconds: number;
  written: boolean;
}
