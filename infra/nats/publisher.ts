import type { NatsConnection } from 'nats';
import { eventAgent, eventKind, type EventRecord } from '../../actors/core/event';
import type { Logger } from '../logger';
import { beginSpans, SpanKind, withSpans } from '../tracing';
import { LazyConnection } from './connection';
import { streamName, withStream, type StreamLimits } from './stream';

/** Where a record is published: `AGENT_MESSAGES.{kind}.{agentId}.{messagetype}`. */
export function subjectOf(record: EventRecord): string {
  return `${streamName}.${eventKind(record)}.${eventAgent(record)}.${record.messagetype}`;
}

const encoder = new TextEncoder();
/** Records under way at once, few enough that a busy process reads their acks within the time it gives them. */
const mostAtOnce = 250;

/** Publishes records to JetStream, in order; see `Publisher` in `activities/ports.ts`. */
export class NatsPublisher {
  private readonly connection: LazyConnection;
  private down = false;

  /** @param ackTimeoutMs how long the ack of one message is waited for */
  constructor(
    servers: readonly string[],
    limits: StreamLimits,
    private readonly logger: Logger,
    private readonly ackTimeoutMs = 1_000,
  ) {
    this.connection = new LazyConnection(servers, 'ymera-publisher', withStream(limits));
  }

  /**
   * Publishes records of one agent, oldest first, and waits for the acks.
   * @returns the sequence of the last one acked without a gap, or `before` where none was; it never throws
   */
  async publish(records: readonly EventRecord[], before: number): Promise<number> {
    const attributes = { 'messaging.system': 'nats', 'messaging.batch.message_count': records.length };
    const spans = beginSpans(`publish ${streamName}`, SpanKind.PRODUCER, records, attributes);
    return withSpans(spans, () => this.publishAll(records, before));
  }

  private async publishAll(records: readonly EventRecord[], before: number): Promise<number> {
    let connection: NatsConnection;
    try {
      connection = await this.connection.get();
    } catch (error) {
      this.failed(error);
      return before;
    }
    let acked = before;
    for (let at = 0; at < records.length; at += mostAtOnce) {
      const part = records.slice(at, at + mostAtOnce);
      const { last, error } = await this.send(connection, part);
      acked = last ?? acked;
      if (error === undefined) continue;
      this.failed(error);
      // Without an ack nobody knows what is still under way; on a new connection the rest can't overtake it.
      await this.connection.drop(connection);
      return acked;
    }
    this.succeeded();
    return acked;
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** Sends records all at once: the sequence of the last one acked without a gap, and why the next one was not. */
  private async send(
    connection: NatsConnection,
    records: readonly EventRecord[],
  ): Promise<{ last: number | undefined; error?: unknown }> {
    const js = connection.jetstream({ timeout: this.ackTimeoutMs });
    const acks = await Promise.allSettled(
      // The async function turns what `publish` throws at once (a payload too large, a closed connection) into a rejection.
      records.map(async (record) =>
        js.publish(subjectOf(record), encoder.encode(JSON.stringify(record)), { msgID: record.id }),
      ),
    );
    const firstFailed = acks.findIndex(({ status }) => status === 'rejected');
    if (firstFailed === -1) return { last: records.at(-1)?.sequence };
    return {
      last: records[firstFailed - 1]?.sequence,
      error: (acks[firstFailed] as PromiseRejectedResult).reason as unknown,
    };
  }

  private failed(error: unknown): void {
    if (!this.down) this.logger.warn({ err: error }, 'nats: not published, the events stay with their agents');
    this.down = true;
  }

  private succeeded(): void {
    if (this.down) this.logger.info('nats: publishing again');
    this.down = false;
  }
}
