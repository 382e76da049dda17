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

  constructor(
    private readonly stream: Pick<EventStream, 'subscribeLive' | 'bounds'>,
    private readonly logger: Logger,
    private readonly metrics: Pick<ApiMetrics, 'broadcastSeconds' | 'frameAge'>,
  ) {}

  /** Resolves when frames flow, or after the first attempt where NATS is down. */
  async start(): Promise<void> {
    this.timer = setInterval(() => {
      for (const member of this.members) member.tick();
    }, tickMs);
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

  private take(position: number, record: EventRecord): void {
    this.early.see(record);
    if (position <= this.lastFrame) {
      this.logger.warn({ position, after: this.lastFrame }, 'the stream counts anew');
      this.newest = 0;
      for (const member of this.members) member.restart();
    }
    this.lastFrame = position;
    this.newest = Math.max(position, this.newest ?? 0);
    const frame = new EventFrame(record, position);
    const spans = beginSpans('ws broadcast', SpanKind.PRODUCER, [record], { 'ymera.sockets': this.members.size });
    const startedAt = performance.now();
    for (const member of this.members) member.offer(frame);
    this.metrics.broadcastSeconds.observe((performance.now() - startedAt) / 1000);
    for (const span of spans) span.end();
    this.metrics.frameAge.observe(Math.max(0, Date.now() - Date.parse(record.time)) / 1000);
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
      for (const member of this.members) member.offerEarly(frame);
    }
  }
}
