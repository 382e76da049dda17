import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from '../logger';

const connectTimeoutMs = 3_000;
const firstPauseMs = 200;
const longestPauseMs = 2_000;

interface Follower {
  onPayload: (payload: string) => void;
  onGap: () => void;
}

/**
 * Hears what is notified on one channel of Postgres, over a connection of its own. It connects when somebody first listens,
 * and again whenever the connection breaks.
 */
export class Listener {
  private readonly followers = new Set<Follower>();
  private readonly closing = new AbortController();
  private running: Promise<void> | null = null;

  /** @param channel a plain SQL name */
  constructor(
    private readonly url: string,
    private readonly channel: string,
    private readonly logger: Logger,
  ) {}

  /**
   * @param onPayload called with each notification
   * @param onGap called whenever the channel is heard from now on: what was notified before may have been missed
   * @returns a function that ends it
   */
  on(onPayload: (payload: string) => void, onGap: () => void): () => void {
    const follower = { onPayload, onGap };
    this.followers.add(follower);
    this.running ??= this.run();
    return () => this.followers.delete(follower);
  }

  /** Ends the connection; nobody hears anything any more. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        await this.listen(() => {
          if (pauseMs > firstPauseMs) this.logger.info({ channel: this.channel }, 'postgres: listening again');
          pauseMs = firstPauseMs;
        });
      } catch (error) {
        // Once per outage.
        if (pauseMs === firstPauseMs)
          this.logger.warn({ err: error, channel: this.channel }, 'postgres: not listening');
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Returns when told to close. @throws when the connection breaks */
  private async listen(onListening: () => void): Promise<void> {
    const { signal } = this.closing;
    const client = new Client({
      connectionString: this.url,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    let close = (): void => undefined;
    const ended = new Promise<void>((resolve, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection has ended')));
      close = resolve;
    });
    signal.addEventListener('abort', close);
    // Where `connect` fails too, nobody else looks at it.
    ended.catch(() => undefined);
    client.on('notification', ({ payload = '' }) => {
      for (const { onPayload } of this.followers) onPayload(payload);
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(this.channel)}`);
      onListening();
      for (const { onGap } of this.followers) onGap();
      await ended;
    } finally {
      signal.removeEventListener('abort', close);
      await client.end().catch(() => undefined);
    }
  }
}
