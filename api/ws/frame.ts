import type { EventRecord } from '../../actors/core/event';
import { frameOf } from './protocol';
import { prepared } from './wire';

/** An event on its way to sockets, serialised and framed once, and only when somebody wants it. */
export class EventFrame {
  private made: Buffer | undefined;

  /** @param position in the stream; null for what has not come through the stream yet */
  constructor(
    readonly record: EventRecord,
    readonly position: number | null,
  ) {}

  /** As it goes over the wire, the same for all sockets. */
  get bytes(): Buffer {
    this.made ??= this.make();
    return this.made;
  }

  private make(): Buffer {
    const position = this.position === null ? {} : { position: this.position };
    return prepared(frameOf({ op: 'event', event: this.record, ...position }));
  }
}
