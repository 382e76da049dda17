import type { Wire } from './wire';

/** Beyond this the past waits; beyond that the client is too slow whatever the time, in bytes. */
const roomBytes = 256 * 1024;
const mostBytes = 16 * 1024 * 1024;
/** A frame that has not left after this long makes the client too slow; what it then has to take the close, in ms. */
const drainMs = 5_000;
const closingMs = 10_000;

/**
 * Sends frames on one socket and never waits for it. A client that does not drain them is closed with 1013, and what it
 * has not taken is dropped with the socket.
 */
export class Sender {
  /** When each frame that has not left yet was handed over, oldest first. */
  private readonly waiting: number[] = [];
  private roomWanted: (() => void)[] = [];
  private ended = false;
  private readonly onLeft = (): void => this.left();

  constructor(
    private readonly wire: Wire,
    private readonly onSlow: (framesDropped: number) => void,
    private readonly now: () => number = Date.now,
  ) {}

  get open(): boolean {
    return !this.ended;
  }

  /** Sends a message that only this client gets. */
  send(payload: Buffer): void {
    if (this.ended) return;
    this.waiting.push(this.now());
    this.wire.send(payload, this.onLeft);
    this.bound();
  }

  /** Sends a frame that is made ready for all clients; see `prepared`. */
  sendPrepared(frame: Buffer): void {
    if (this.ended) return;
    this.waiting.push(this.now());
    this.wire.sendPrepared(frame, this.onLeft);
    this.bound();
  }

  /** Resolves when there is room for more of the past, or the socket has ended. */
  room(): Promise<void> {
    if (this.ended || this.wire.bufferedAmount < roomBytes) return Promise.resolve();
    return new Promise((resolve) => this.roomWanted.push(resolve));
  }

  /** To be called several times a second. */
  check(): void {
    const oldest = this.waiting[0];
    if (!this.ended && oldest !== undefined && this.now() - oldest > drainMs) this.shed();
  }

  /** The socket has closed. */
  end(): void {
    this.ended = true;
    this.waiting.length = 0;
    this.wake();
  }

  private bound(): void {
    if (this.wire.bufferedAmount > mostBytes) this.shed();
  }

  private left(): void {
    this.waiting.shift();
    if (this.wire.bufferedAmount < roomBytes) this.wake();
  }

  private shed(): void {
    const dropped = this.waiting.length;
    this.end();
    this.onSlow(dropped);
    this.wire.close(1013, 'too slow');
    setTimeout(() => this.wire.terminate(), closingMs).unref();
  }

  private wake(): void {
    for (const resolve of this.roomWanted.splice(0)) resolve();
  }
}
