import { headers } from 'nats';
import { LazyConnection } from './connection';

/** How long the server may take to say that it has a message, in ms. */
const flushWithinMs = 5_000;

/** Publishes to subjects outside the stream of events: as much as NATS itself promises, to whoever listens. */
export class NatsSubjects {
  private readonly connection: LazyConnection;

  constructor(servers: readonly string[]) {
    this.connection = new LazyConnection(servers, 'ymera-subjects', async () => undefined);
  }

  /** @param id as `Nats-Msg-Id`, so that a stream takes it once @throws where the server does not say that it has it */
  async send(subject: string, id: string, payload: string): Promise<void> {
    const connection = await this.connection.get();
    const head = headers();
    head.set('Nats-Msg-Id', id);
    connection.publish(subject, new TextEncoder().encode(payload), { headers: head });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('NATS did not answer in time')), flushWithinMs);
    });
    try {
      await Promise.race([connection.flush(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
