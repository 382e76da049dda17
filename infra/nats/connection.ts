import { connect, type ConnectionOptions, type NatsConnection } from 'nats';
import { setTimeout as sleep } from 'node:timers/promises';

/** Options for one connection. `servers` may carry credentials: `nats://user:password@host:port`, or `nats://token@host`. */
export function connectionOptions(servers: readonly string[], name: string): ConnectionOptions {
  const options: ConnectionOptions = { servers: [], name, timeout: 1_000, pingInterval: 2_000, maxPingOut: 2 };
  for (const server of servers) {
    const url = new URL(server.includes('://') ? server : `nats://${server}`);
    (options.servers as string[]).push(`${url.hostname}:${url.port || '4222'}`);
    if (url.protocol === 'tls:') options.tls = {};
    // nats.js reads no credentials from a URL; they are the same for all servers of a cluster.
    if (url.password) Object.assign(options, { user: decode(url.username), pass: decode(url.password) });
    else if (url.username) options.token = decode(url.username);
  }
  return options;
}

const decode = decodeURIComponent;

/** How long nobody tries again after a failed connect, and how long the next tries are waited for, both in ms. */
const restAfterFailureMs = 250;
const patienceMs = 100;

/**
 * A connection that is made when first asked for and shared by all who ask. It never reconnects by itself: when it
 * breaks, all that was under way on it fails, and the next `get` makes a new one. So nothing sent later can arrive
 * where something sent earlier was lost. It is its own circuit breaker: once a connect has failed, those who ask fail
 * almost at once, while the next connects go on without them.
 */
export class LazyConnection {
  private current: Promise<NatsConnection> | null = null;
  private failure: { error: Error; at: number } | null = null;
  private closed = false;

  /** @param prepare what must be done on each new connection before it is used */
  constructor(
    private readonly servers: readonly string[],
    private readonly name: string,
    private readonly prepare: (connection: NatsConnection) => Promise<void>,
  ) {}

  /** @throws the error of the connect, or of the one before, where that failed and the next one takes its time */
  get(): Promise<NatsConnection> {
    if (this.closed) return Promise.reject(new Error('the connection to NATS was closed'));
    const { failure } = this;
    if (!failure) return this.current ?? this.connect();
    if (!this.current && Date.now() - failure.at < restAfterFailureMs) return Promise.reject(failure.error);
    return within(this.current ?? this.connect(), patienceMs, failure.error);
  }

  /** Gives a connection up on which something went wrong. */
  drop(connection: NatsConnection): Promise<void> {
    return connection.close();
  }

  /** Sends what is still to be sent, for 2 s at most, and closes for good. */
  async close(): Promise<void> {
    this.closed = true;
    const connection = await this.current?.catch(() => null);
    if (!connection || connection.isClosed()) return;
    await Promise.race([connection.drain().catch(() => undefined), sleep(2_000, undefined, { ref: false })]);
    await connection.close();
  }

  private connect(): Promise<NatsConnection> {
    const attempt = this.open();
    this.current = attempt;
    attempt.then(
      (connection) => {
        this.failure = null;
        void connection.closed().then(() => this.forget(attempt));
      },
      (error: Error) => {
        this.failure = { error, at: Date.now() };
        this.forget(attempt);
      },
    );
    return attempt;
  }

  private async open(): Promise<NatsConnection> {
    const connection = await connect({ ...connectionOptions(this.servers, this.name), reconnect: false });
    try {
      await this.prepare(connection);
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }

  private forget(attempt: Promise<NatsConnection>): void {
    if (this.current === attempt) this.current = null;
  }
}

/** @throws `otherwise` where it takes longer than `ms` */
function within<T>(work: Promise<T>, ms: number, otherwise: Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(otherwise), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
