import type { Positioned } from '../../infra/nats/event-bus';
import type { EventStream } from '../dependencies';
import type { Ledger } from '../read-side';

const pageSize = 500;

/** Where events of the past are read from. */
export interface Past {
  /** Events after a position, in order, up to the newest there is. @throws where it can't go to the end now */
  after(position: number): AsyncIterable<Positioned>;
  /** Position of the newest event. @throws where NATS is down */
  last(): Promise<number>;
}

/** The past out of the stream as far back as that reaches, and out of the ledger before that. */
export class StreamPast implements Past {
  constructor(
    private readonly stream: Pick<EventStream, 'read' | 'bounds'>,
    private readonly ledger: Pick<Ledger, 'eventsAfter'>,
  ) {}

  async *after(position: number): AsyncGenerator<Positioned> {
    const { first } = await this.stream.bounds();
    let reached = position;
    while (reached + 1 < first) {
      const page = (await this.ledger.eventsAfter(reached, pageSize)).filter((each) => each.position < first);
      yield* page;
      reached = page.at(-1)?.position ?? first - 1;
    }
    yield* this.stream.read(reached + 1);
  }

  async last(): Promise<number> {
    return (await this.stream.bounds()).last;
  }
}
