import type { JsMsg } from 'nats';
import type { EventRecord } from '../../actors/core/event';
import type { Logger } from '../logger';
import { LazyConnection } from './connection';
import { projectorBacklog, streamState, type Backlog, type StreamState } from './consumer';
import { LiveSubscription } from './live-subscription';
import { boundsOf, consumeFrom } from './ordered';
import { parseRecord } from './record';
import { apiCode, withStream, type StreamLimits } from './stream';

/** A record and where it lies in the stream. */
export interface Positioned {
  position: number;
  record: EventRecord;
}

/** How long a read waits for the next message that the stream says it has. */
const readTimeoutMs = 5_000;
/** With less room than this share, the projectors are too far behind. */
const leastRoom = 0.2;

/** Reads the stream without leaving a trace in it: live from now on, or a range of the past. */
export class StreamReader {
  private readonly connection: LazyConnection;
  private readonly live = new Set<LiveSubscription>();

  constructor(
    servers: readonly string[],
    limits: StreamLimits,
    private readonly logger: Logger,
  ) {
    this.connection = new LazyConnection(servers, 'ymera-reader', withStream(limits));
  }

  /**
   * Delivers each new message once and in order, until closed. Where the broker goes away it goes on after the last
   * position delivered, so nothing is missed. Resolves after the first attempt to connect, whether it succeeded or not.
   * @param onFrame the next one waits until it is through with this one
   * @param onState told when frames flow (true) and when they stop (false); false first where NATS is down at the start
   */
  async subscribeLive(
    onFrame: (position: number, record: EventRecord) => void | Promise<void>,
    onState: (connected: boolean) => void,
  ): Promise<{ close(): Promise<void> }> {
    const live = new LiveSubscription(this.connection, this.logger, onFrame, onState);
    this.live.add(live);
    await live.firstAttempt;
    return {
      close: () => {
        this.live.delete(live);
        return live.close();
      },
    };
  }

  /**
   * The messages that the stream still holds with `from <= position <= to` (by default up to the newest), in order; what is no
   * event record is left out.
   * @throws when NATS can't be reached, or stalls for 5 s
   */
  async *read(from: number, to = Infinity): AsyncGenerator<Positioned> {
    const { first, last } = await this.bounds();
    const start = Math.max(from, first);
    const end = Math.min(to, last);
    if (start > end) return;
    const messages = await consumeFrom(await this.connection.get(), start);
    try {
      const next = messages[Symbol.asyncIterator]();
      for (;;) {
        const result = await within(next.next(), readTimeoutMs);
        if (result.done) throw new Error('the read of the stream broke off');
        const message = result.value;
        if (message.seq > end) return;
        const record = parseRecord(message.data);
        if (record) yield { position: message.seq, record };
        // `pending` ends it too, because the last of the range may be gone from the stream by now.
        if (message.seq === end || message.info.pending === 0) return;
      }
    } finally {
      messages.close();
    }
  }

  /**
   * Positions of the oldest and the newest message; `first = last + 1` where the stream is empty.
   * @throws when NATS can't be reached
   */
  async bounds(): Promise<{ first: number; last: number }> {
    return boundsOf(await this.connection.get());
  }

  /**
   * How many messages the projectors have before them.
   * @throws when NATS can't be reached, or no projector has ever run
   */
  async projectorBacklog(): Promise<Backlog> {
    return projectorBacklog(await this.connection.get());
  }

  /** @throws as `streamState` does */
  async state(): Promise<StreamState> {
    return streamState(await this.connection.get());
  }

  /**
   * Whether the projectors keep pace: `degraded` where the stream has dropped what they had not taken in, or may soon, and where
   * none has ever run.
   * @throws when NATS can't be reached
   */
  async health(): Promise<'ok' | 'degraded'> {
    try {
      const { dropped, room } = await this.projectorBacklog();
      return dropped === 0 && room > leastRoom ? 'ok' : 'degraded';
    } catch (error) {
      if (apiCode(error) === undefined) throw error;
      return 'degraded';
    }
  }

  /** Ends all subscriptions and closes. */
  async close(): Promise<void> {
    await Promise.all([...this.live].map((live) => live.close()));
    await this.connection.close();
  }
}

async function within(next: Promise<IteratorResult<JsMsg>>, ms: number): Promise<IteratorResult<JsMsg>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the stream sent nothing for ${ms} ms`)), ms);
  });
  return Promise.race([next, late]).finally(() => clearTimeout(timer));
}
