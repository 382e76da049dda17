import type { EventRecord } from '../../actors/core/event';
import { frameOf } from './protocol';

/** An event on its way to sockets, serialised once and only when somebody wants it. */
export class EventFrame {
  private serialised: Buffer | undefined;

  /** @param position in the stream; null for what has not come through the stream yet */
  constructor(
    readonly record: EventRecord,
    readonly position: number | null,
  ) {}

  get bytes(): Buffer {
    const position = this.position === null ? {} : { position: this.position };
    this.serialised ??= frameOf({ op: 'event', event: this.record, ...position });
    return this.serialised;
  }
}
