import { AckPolicy, DeliverPolicy, nanos, type ConsumerConfig, type JsMsg, type NatsConnection } from 'nats';
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
    });
  }

  /**
   * Batches of at most 500 messages, or of what came within 20 ms, until `signal` aborts. What was fetched and not
   * handed out then goes back at once. An outage of NATS ends no batch and is waited out.
   * @param onConnected called whenever messages begin to flow
   */
  async *batches(signal: AbortSignal, onConnected: () => void): AsyncGenerator<JsMsg[]> {
    signal.addEventListener('abort', () => this.wake(), { once: true });
    void this.fetch(signal, onConnected);
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
  private async fetch(signal: AbortSignal, onConnected: () => void): Promise<void> {
    let logged = false;
    while (!signal.aborted) {
      let connection: NatsConnection | null = null;
      try {
        connection = await this.connection.get();
        const ended = await this.consume(connection, () => {
          if (logged) this.logger.info('nats: consuming again');
          logged = false;
          onConnected();
        });
        if (signal.aborted) return;
        throw ended ?? new Error('the connection to NATS ended');
      } catch (error) {
        if (!logged) this.logger.warn({ err: error }, 'nats: nothing can be consumed');
        logged = true;
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

/** How many messages the projectors have before them: not yet sent to any, and sent but not yet acked. */
export async function projectorBacklog(connection: NatsConnection): Promise<{ waiting: number; unacked: number }> {
  const jsm = await connection.jetstreamManager({ timeout: 2_000, checkAPI: false });
  const info = await jsm.consumers.info(streamName, projectorConsumer);
  return { waiting: info.num_pending, unacked: info.num_ack_pending };
}

const consumerConfig: Partial<ConsumerConfig> = {
  durable_name: projectorConsumer,
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
  ack_wait: nanos(30_000),
  max_ack_pending: 2_000,
  max_deliver: -1,
};
