import { setImmediate } from 'node:timers/promises';
import type { EventRecord } from '../../actors/core/event';
import type { Logger } from '../../infra/logger';
import { beginSpans, SpanKind } from '../../infra/tracing';
import type { EventStream } from '../dependencies';
import type { ApiMetrics } from '../metrics';
import { EarlyEvents } from './early-events';
import { EventFrame } from './frame';

/** A socket, as the hub sees it. None of these may throw or wait. */
export interface Member {
  offer(frame: EventFrame): void;
  offerEarly(frame: EventFrame): void;
  restart(): void;
  /** Called four times a second. */
  tick(): void;
}

const tickMs = 250;
/** Sockets served in one go; with more of them, others have their turn in between. */
const atOnce = 500;

/**
 * One per process: takes each event from the stream once and hands it to all sockets. While the stream is away it hands
 * on, without a position, what this process learns from the answers to its own commands.
 */
export class Hub {
  private readonly members = new Set<Member>();
  private readonly early = new EarlyEvents();
  private connected = false;
  private lastFrame = 0;
  private newest: number | null = null;
  private live: { close(): Promise<void> } | null = null;
  private timer: NodeJS.Timeout | undefined;
  private ticking = false;
  /** Frames go out one after another, each to all sockets. */
  private spreading: Promise<void> = Promise.resolve();

  constructor(
    private readonly stream: Pick<EventStream, 'subscribeLive' | 'bounds'>,
    private readonly logger: Logger,
    private readonly metrics: Pick<ApiMetrics, 'broadcastSeconds' | 'frameAge'>,
  ) {}

  /** Resolves when frames flow, or after the first attempt where NATS is down. */
  async start(): Promise<void> {
    this.timer = setInterval(() => void this.tick(), tickMs);
    this.live = await this.stream.subscribeLive(
      (position, record) => this.take(position, record),
      (connected) => this.turn(connected),
    );
  }

  /** Takes no more frames. Sockets are closed by those who opened them. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.live?.close();
  }

  get size(): number {
    return this.members.size;
  }

  /** Position of the newest event known here; null before the stream has ever answered. */
  get position(): number | null {
    return this.newest;
  }

  add(member: Member): void {
    this.members.add(member);
  }

  remove(member: Member): void {
    this.members.delete(member);
  }

  /** Events that this process made, as soon as it knows of them. */
  learn(records: readonly EventRecord[]): void {
    const fresh = this.early.learn(records);
    if (!this.connected) this.sendEarly(fresh);
  }

  /** @returns when all sockets have it, so that the stream brings no more than they can be given */
  private take(position: number, record: EventRecord): Promise<void> {
    this.early.see(record);
    if (position <= this.lastFrame) {
      this.logger.warn({ position, after: this.lastFrame }, 'the stream counts anew');
      this.newest = 0;
      void this.spread((member) => member.restart());
    }
    this.lastFrame = position;
    this.newest = Math.max(position, this.newest ?? 0);
    const frame = new EventFrame(record, position);
    return this.broadcast(frame);
  }

  private turn(connected: boolean): void {
    const was = this.connected;
    this.connected = connected;
    if (!connected) {
      // It is told so at each failed attempt.
      if (was) this.sendEarly(this.early.waiting());
      return;
    }
    this.stream.bounds().then(
      ({ last }) => {
        this.newest = Math.max(last, this.newest ?? 0);
      },
      (error: unknown) => this.logger.warn({ err: error }, 'the end of the stream is not known'),
    );
  }

  private sendEarly(records: readonly EventRecord[]): void {
    for (const record of records) {
      const frame = new EventFrame(record, null);
      void this.spread((member) => member.offerEarly(frame));
    }
  }

  private async broadcast(frame: EventFrame): Promise<void> {
    const { record } = frame;
    const spans = beginSpans('ws broadcast', SpanKind.PRODUCER, [record], { 'ymera.sockets': this.members.size });
    const startedAt = performance.now();
    await this.spread((member) => member.offer(frame));
    this.metrics.broadcastSeconds.observe((performance.now() - startedAt) / 1000);
    for (const span of spans) span.end();
    this.metrics.frameAge.observe(Math.max(0, Date.now() - Date.parse(record.time)) / 1000);
  }

  private spread(visit: (member: Member) => void): Promise<void> {
    this.spreading = this.spreading.then(() => this.visitAll(visit));
    return this.spreading;
  }

  private async tick(): Promise<void> {
    if (this.ticking) return;
    this.ticking = true;
    await this.visitAll((member) => member.tick());
    this.ticking = false;
  }

  private async visitAll(visit: (member: Member) => void): Promise<void> {
    let visited = 0;
    for (const member of this.members) {
      visit(member);
      visited += 1;
      if (visited % atOnce === 0) await setImmediate();
    }
  }
}
