import { setTimeout as delay } from 'node:timers/promises';
import type { EventRecord } from '../../actors/core/event';
import { EventFrame } from './frame';
import type { Past } from './past';
import type { Sender } from './sender';

/** Live frames kept while the last of the past is read; more than these, and the past is read on first. */
const mostHeld = 2_000;
/** Events sent ahead of the stream that a socket remembers; beyond these it waits for the stream. */
const mostEarly = 10_000;
const retryMs = 500;

/**
 * What one subscription has yet to send, in three phases:
 * - backfill: the past is read and sent as fast as the client takes it; live frames are left to the past.
 * - cutover: the past is read to its end while live frames are held.
 * - live: the held ones go out but for those that the past had, and from then on each frame at once.
 * Positions only ever grow, so dropping what is not beyond the last one sent is all the dedupe that it needs.
 */
export class Outbox {
  private phase: 'backfill' | 'cutover' | 'live' = 'live';
  private held: EventFrame[] = [];
  private overflown = false;
  private ended = false;

  /**
   * @param position after which it begins
   * @param early ids of events that went out on the socket before the stream had them
   */
  constructor(
    private readonly sender: Pick<Sender, 'sendPrepared' | 'room' | 'open'>,
    private readonly wants: (record: EventRecord) => boolean,
    private position: number,
    private readonly early = new Set<string>(),
  ) {}

  /** A frame of the stream. */
  offer(frame: EventFrame): void {
    if (this.phase === 'live') this.deliver(frame);
    else if (this.phase === 'cutover') this.hold(frame);
  }

  /** An event that the stream does not have yet. */
  offerEarly(frame: EventFrame): void {
    if (!this.wants(frame.record) || this.early.has(frame.record.id) || this.early.size >= mostEarly) return;
    this.early.add(frame.record.id);
    this.sender.sendPrepared(frame.bytes);
  }

  /** The stream was made anew and counts from 1 again. */
  restart(): void {
    this.position = 0;
    this.held = [];
  }

  end(): void {
    this.ended = true;
  }

  /**
   * Sends the past first, then turns live. While the past can't be read it tries again.
   * @param onError told once per outage
   */
  async resume(past: Past, onError: (error: unknown) => void): Promise<void> {
    this.phase = 'backfill';
    let failing = false;
    while (this.active) {
      try {
        await this.backfill(past);
        if (await this.cutOver(past)) return;
        failing = false;
      } catch (error) {
        this.phase = 'backfill';
        if (!failing) onError(error);
        failing = true;
        await delay(retryMs, undefined, { ref: false });
      }
    }
  }

  private get active(): boolean {
    return !this.ended && this.sender.open;
  }

  private async backfill(past: Past): Promise<void> {
    for await (const { position, record } of past.after(this.position)) {
      await this.sender.room();
      if (!this.active) return;
      this.deliver(new EventFrame(record, position));
    }
  }

  /** @returns false where more live frames came meanwhile than can be held */
  private async cutOver(past: Past): Promise<boolean> {
    this.held = [];
    this.overflown = false;
    this.phase = 'cutover';
    await this.backfill(past);
    if (this.overflown) {
      this.phase = 'backfill';
      return false;
    }
    // No await from here on: no frame can come in between.
    for (const frame of this.held) this.deliver(frame);
    this.held = [];
    this.phase = 'live';
    return true;
  }

  private hold(frame: EventFrame): void {
    if (this.held.length < mostHeld) this.held.push(frame);
    else this.overflown = true;
  }

  private deliver(frame: EventFrame): void {
    const { position, record } = frame;
    if (position === null || position <= this.position) return;
    this.position = position;
    if (this.early.delete(record.id) || !this.wants(record)) return;
    this.sender.sendPrepared(frame.bytes);
  }
}
