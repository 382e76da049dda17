import type { EventRecord } from '../../../actors/core/event';
import { api, unwrap } from '../api/client';
import { ProblemError } from '../api/problem';
import type { Frame } from './frames';
import { Seen } from './seen';

/** `live`: all that happens comes as it happens. `connecting`: it is being made so. `offline`: it is tried again in a while. */
export type FeedStatus = 'connecting' | 'live' | 'offline';

export interface FeedState {
  status: FeedStatus;
  /** When it was last live, in ms since 1970; null where it never was. */
  liveAt: number | null;
}

type EventsListener = (events: readonly EventRecord[]) => void;
type FrameListener = (frame: Frame) => void;

/** Events are handed on in batches of this long, in ms: a page that draws 200 of them a second one by one does nothing else. */
const batchMs = 50;
const pingMs = 15_000;
/** Without a word from the server for this long the connection is taken for dead, in ms. */
const silentMs = 25_000;
const mostWaitMs = 10_000;

/**
 * The one WebSocket of this tab. It subscribes to all that its user may hear, and after a break goes on from the position of the
 * last event, so nothing is missed; what comes twice is dropped by its id.
 */
export class LiveFeed {
  private socket: WebSocket | null = null;
  private state: FeedState = { status: 'connecting', liveAt: null };
  private position: number | null = null;
  private readonly seen = new Seen();
  private batch: EventRecord[] = [];
  private failures = 0;
  private heardAt = 0;
  private timers: number[] = [];
  private retry: number | undefined;
  private running = false;
  private readonly states = new Set<() => void>();
  private readonly events = new Set<EventsListener>();
  private readonly frames = new Set<FrameListener>();
  private readonly opened = new Set<() => void>();
  /** Without waiting until it is tried again by itself. */
  readonly connectNow = (): void => {
    if (this.running && this.socket === null) void this.connect();
  };

  start(): void {
    this.running = true;
    window.addEventListener('online', this.connectNow);
    void this.connect();
  }

  stop(): void {
    this.running = false;
    window.removeEventListener('online', this.connectNow);
    window.clearTimeout(this.retry);
    this.socket?.close(1000);
    this.lose();
  }

  get current(): FeedState {
    return this.state;
  }

  onState = (listener: () => void): (() => void) => addTo(this.states, listener);

  onEvents(listener: EventsListener): () => void {
    return addTo(this.events, listener);
  }

  /** All other frames: lines of logs, parts of replays. */
  onFrame(listener: FrameListener): () => void {
    return addTo(this.frames, listener);
  }

  /** Called now where it is live, and each time that it is again: what only one socket knows of must be asked for anew. */
  onOpen(listener: () => void): () => void {
    if (this.state.status === 'live') listener();
    return addTo(this.opened, listener);
  }

  /** @returns false where there is no connection; ask again in `onOpen` */
  send(message: object): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  private async connect(): Promise<void> {
    window.clearTimeout(this.retry);
    this.become('connecting');
    try {
      const { ticket } = await unwrap(api.POST('/api/v1/auth/ws-ticket'));
      if (this.running && this.socket === null) this.open(ticket);
    } catch (error) {
      // Who is signed out gets the sign-in page, and this feed an end.
      if (!(error instanceof ProblemError && error.status === 401)) this.tryLater();
    }
  }

  private open(ticket: string): void {
    const address = new URL(`/ws?ticket=${encodeURIComponent(ticket)}`, location.href);
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    this.socket = socket;
    this.heardAt = Date.now();
    socket.addEventListener('open', () => {
      const since = this.position === null ? {} : { since: this.position };
      socket.send(JSON.stringify({ op: 'subscribe', agents: ['*'], ...since }));
    });
    socket.addEventListener('message', ({ data }) => this.hear(JSON.parse(data as string) as Frame));
    socket.addEventListener('close', () => {
      if (this.socket !== socket) return;
      this.lose();
      this.tryLater();
    });
    this.timers.push(window.setInterval(() => this.watch(socket), pingMs / 3));
    this.timers.push(window.setInterval(() => this.send({ op: 'ping' }), pingMs));
  }

  private watch(socket: WebSocket): void {
    if (Date.now() - this.heardAt < silentMs || this.socket !== socket) return;
    socket.close();
    this.lose();
    this.tryLater();
  }

  private hear(frame: Frame): void {
    this.heardAt = Date.now();
    if (frame.op === 'event') this.take(frame as Extract<Frame, { op: 'event' }>);
    else if (frame.op === 'subscribed') this.subscribed((frame as { position: number | null }).position);
    else if (frame.op === 'error' && frame['code'] === 'out_of_range') this.beginAnew();
    else for (const listener of this.frames) listener(frame);
  }

  private subscribed(position: number | null): void {
    this.position ??= position;
    this.failures = 0;
    this.become('live');
    for (const listener of this.opened) listener();
  }

  /** The stream was made anew and does not reach as far as what was seen last. */
  private beginAnew(): void {
    this.position = null;
    this.send({ op: 'subscribe', agents: ['*'] });
  }

  private take({ event, position }: { event: EventRecord; position?: number }): void {
    if (position !== undefined) this.position = position;
    if (!this.seen.add(event.id)) return;
    if (this.batch.push(event) === 1) window.setTimeout(() => this.flush(), batchMs);
  }

  private flush(): void {
    const { batch } = this;
    this.batch = [];
    for (const listener of this.events) listener(batch);
  }

  private lose(): void {
    this.timers.forEach((timer) => window.clearInterval(timer));
    this.timers = [];
    this.socket = null;
  }

  private tryLater(): void {
    if (!this.running) return;
    this.become('offline');
    const wait = Math.min(250 * 2 ** this.failures, mostWaitMs) * (0.5 + Math.random() / 2);
    this.failures += 1;
    this.retry = window.setTimeout(this.connectNow, wait);
  }

  private become(status: FeedStatus): void {
    if (status === this.state.status) return;
    const liveAt = status === 'live' || this.state.status === 'live' ? Date.now() : this.state.liveAt;
    this.state = { status, liveAt };
    for (const listener of this.states) listener();
  }
}

function addTo<T>(set: Set<T>, member: T): () => void {
  set.add(member);
  return () => set.delete(member);
}
