import {
  AckPolicy,
  DeliverPolicy,
  nanos,
  type ConsumerConfig,
  type JetStreamManager,
  type JsMsg,
  type NatsConnection,
} from 'nats';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger';
import { retry } from './answer';
import { LazyConnection } from './connection';
import { ensureStream, streamName, type StreamLimits } from './stream';

/** Name of the projector's durable consumer. */
export const projectorConsumer = 'projector';

const mostMessages = 500;
const mostWaitMs = 20;
const retryMs = 300;

/** Hands out the stream's messages in batches to the projectors of all machines; each message until it is acked. */
export class DurableFeed {
  private readonly connection: LazyConnection;
  private buffer: JsMsg[] = [];
  private ending = false;
  private wake: () => void = () => undefined;

  constructor(
    servers: readonly string[],
    limits: StreamLimits,
    private readonly logger: Logger,
  ) {
    this.connection = new LazyConnection(servers, 'ymera-projector', async (connection) => {
      const jsm = await connection.jetstreamManager({ timeout: 2_000 });
      await ensureStream(jsm, limits);
      await jsm.consumers.add(streamName, consumerConfig);
      const { dropped } = await backlogOf(jsm);
      if (dropped > 0) this.logger.error({ dropped }, 'nats: the stream has dropped events that are not in the ledger');
    });
  }

  /**
   * Batches of at most 500 messages, or of what came within 20 ms, until `signal` aborts. What was fetched and not
   * handed out then goes back at once. An outage of NATS ends no batch and is waited out.
   * @param onTried called after each attempt to consume, whether messages flow now or NATS is away
   */
  async *batches(signal: AbortSignal, onTried: () => void): AsyncGenerator<JsMsg[]> {
    signal.addEventListener('abort', () => this.wake(), { once: true });
    void this.fetch(signal, onTried);
    while (!signal.aborted) {
      if (this.buffer.length === 0) await this.arrival(signal);
      if (signal.aborted) break;
      if (this.buffer.length < mostMessages) await sleep(mostWaitMs);
      const batch = this.buffer.splice(0, mostMessages);
      if (batch.length > 0) yield batch;
    }
    // What the server would send to a subscription that is gone would come again only after `ack_wait`. So this one stays
    // until the connection has drained, and gives back what still comes.
    this.ending = true;
    for (const message of this.buffer) retry(message);
  }

  /** Sends the answers that are still to be sent, and closes. */
  close(): Promise<void> {
    return this.connection.close();
  }

  private async arrival(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      if (this.buffer.length > 0 || signal.aborted) resolve();
    });
  }

  private take(message: JsMsg): void {
    if (this.ending) return retry(message);
    this.buffer.push(message);
    this.wake();
  }

  /** Never throws. */
  private async fetch(signal: AbortSignal, onTried: () => void): Promise<void> {
    let logged = false;
    while (!signal.aborted) {
      let connection: NatsConnection | null = null;
      try {
        connection = await this.connection.get();
        const ended = await this.consume(connection, () => {
          if (logged) this.logger.info('nats: consuming again');
          logged = false;
          onTried();
        });
        if (signal.aborted) return;
        throw ended ?? new Error('the connection to NATS ended');
      } catch (error) {
        if (!logged) this.logger.warn({ err: error }, 'nats: nothing can be consumed');
        logged = true;
        onTried();
        // A new one makes the stream and the consumer again, should they be gone.
        await connection?.close();
        // Answers on a connection that is gone would be lost: the server sends these again.
        this.buffer = [];
      }
      await sleep(retryMs);
    }
  }

  /** Resolves when messages can't come any more: with the reason, where there is one. */
  private async consume(connection: NatsConnection, onConsuming: () => void): Promise<Error | void> {
    const consumer = await connection.jetstream({ timeout: 2_000 }).consumers.get(streamName, projectorConsumer);
    const messages = await consumer.consume({
      callback: (message) => this.take(message),
      max_messages: mostMessages,
      expires: 5_000,
      abort_on_missing_resource: true,
    });
    onConsuming();
    return Promise.race([connection.closed(), messages.closed()]);
  }
}

/** How the stream and those who consume it for good stand. */
export interface StreamState {
  messages: number;
  bytes: number;
  /** Beyond so many messages the oldest go, whether they were consumed or not. */
  mostMessages: number;
  consumers: { name: string; waiting: number; unacked: number; redelivered: number }[];
}

/** @throws when NATS does not answer within some seconds, or there is no stream */
export async function streamState(connection: NatsConnection): Promise<StreamState> {
  const jsm = await connection.jetstreamManager({ timeout: 2_000, checkAPI: false });
  const { state, config: limits } = await jsm.streams.info(streamName);
  const consumers: StreamState['consumers'] = [];
  for await (const { config, name, ...info } of jsm.consumers.list(streamName)) {
    // Those of readers come and go, and have names that nobody has chosen.
    if (config.durable_name === undefined) continue;
    const { num_pending: waiting, num_ack_pending: unacked, num_redelivered: redelivered } = info;
    consumers.push({ name, waiting, unacked, redelivered });
  }
  return { messages: state.messages, bytes: state.bytes, mostMessages: limits.max_msgs, consumers };
}

/** What the projectors have before them, in messages. */
export interface Backlog {
  /** Not yet sent to any. */
  waiting: number;
  /** Sent but not yet acked. */
  unacked: number;
  /** Dropped by the stream before a projector had taken them in. */
  dropped: number;
  /** How many more may come until the stream drops what none has taken in, as a share of all that it may hold. */
  room: number;
}

/** @throws when NATS can't be reached, or no projector has ever run */
export async function projectorBacklog(connection: NatsConnection): Promise<Backlog> {
  return backlogOf(await connection.jetstreamManager({ timeout: 2_000, checkAPI: false }));
}

async function backlogOf(jsm: JetStreamManager): Promise<Backlog> {
  // In this order: a message that comes in between makes room look smaller, and nothing look dropped.
  const consumer = await jsm.consumers.info(streamName, projectorConsumer);
  const { config, state } = await jsm.streams.info(streamName);
  const taken = consumer.ack_floor.stream_seq;
  const gone = Math.max(state.first_seq, 1) - 1;
  return {
    waiting: consumer.num_pending,
    unacked: consumer.num_ack_pending,
    dropped: Math.max(0, gone - taken),
    room: 1 - (state.last_seq - Math.max(taken, gone)) / config.max_msgs,
  };
}

const consumerConfig: Partial<ConsumerConfig> = {
  durable_name: projectorConsumer,
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
  ack_wait: nanos(30_000),
  max_ack_pending: 2_000,
  max_deliver: -1,
};
