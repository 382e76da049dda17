import type { NatsConnection } from 'nats';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventRecord } from '../../actors/core/event';
import type { Logger } from '../logger';
import type { LazyConnection } from './connection';
import { boundsOf, consumeFrom, type OrderedMessages } from './ordered';
import { parseRecord } from './record';

const retryMs = 300;

/** One listener of `StreamReader.subscribeLive`: it connects, delivers, and begins again after the last position. */
export class LiveSubscription {
  readonly firstAttempt: Promise<void>;
  private readonly ended: Promise<void>;
  private closing = false;
  private messages: OrderedMessages | null = null;
  /** Of the last message delivered; null before the first connection says where "new" begins. */
  private position: number | null = null;
  /** Where NATS is away then, "new" is what comes into the stream from now on. */
  private readonly startedAt = new Date();
  private missed = false;

  constructor(
    private readonly connection: LazyConnection,
    private readonly logger: Logger,
    private readonly onFrame: (position: number, record: EventRecord) => void | Promise<void>,
    private readonly onState: (connected: boolean) => void,
  ) {
    const { promise, resolve } = signal();
    this.firstAttempt = promise;
    this.ended = this.run(resolve);
  }

  async close(): Promise<void> {
    this.closing = true;
    this.messages?.close();
    await this.ended;
  }

  private async run(attempted: () => void): Promise<void> {
    let logged = false;
    while (!this.closing) {
      let connection: NatsConnection | null = null;
      try {
        connection = await this.connection.get();
        this.messages = await consumeFrom(connection, await this.next(connection));
        // Closed meanwhile: `close` could not end what was not there yet.
        if (this.closing) this.messages.close();
        if (this.closing) break;
        logged = false;
        this.onState(true);
        attempted();
        await this.deliver(this.messages);
      } catch (error) {
        if (!logged && !this.closing) this.logger.warn({ err: error }, 'nats: live events interrupted');
        logged = true;
        // A new one makes the stream again, should it be gone.
        await connection?.close();
      }
      if (this.closing) break;
      this.missed = true;
      this.onState(false);
      attempted();
      await sleep(retryMs);
    }
    attempted();
  }

  private async next(connection: NatsConnection): Promise<number | Date> {
    const { last } = await boundsOf(connection);
    if (this.position === null && this.missed) return this.startedAt;
    this.position ??= last;
    if (this.position > last) {
      // A stream made anew counts from 1 again: what it holds is all new.
      this.logger.warn({ position: this.position, last }, 'nats: the stream was made anew');
      this.position = 0;
    }
    return this.position + 1;
  }

  private async deliver(messages: OrderedMessages): Promise<void> {
    for await (const message of messages) {
      this.position = message.seq;
      const record = parseRecord(message.data);
      if (record) await this.onFrame(message.seq, record);
      else this.logger.warn({ position: message.seq, subject: message.subject }, 'nats: not an event record');
    }
  }
}

function signal(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
