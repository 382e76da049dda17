import type { ChainFault } from '../../../../actors/core/hash-chain';
import type { EventRecord } from '../../../../actors/core/event';
import { download } from '../../api/client';
import type { FoldAnswer, FoldAsk } from './fold-messages';
import type { EventRow, MomentRead, PageRead } from './folded-history';
import { pageOf, pageSize, SpanCache } from './span-cache';

/** So many thousands of events are held at once. */
const mostPages = 16;

/** What is known of the chain so far. */
export interface ChainSeen {
  /** How many records were checked. */
  checked: number;
  fault: ChainFault | null;
}

/** One agent's history as far as it is looked at: fetched page by page, folded in a worker, forgotten again. End it with `close`. */
export class HistoryReader {
  private readonly worker = new Worker(new URL('./fold-worker.ts', import.meta.url), { type: 'module' });
  private readonly waiting = new Map<number, { done: (value: never) => void; failed: (error: Error) => void }>();
  private readonly rows: SpanCache<EventRow[]>;
  private readonly coming = new Map<number, Promise<void>>();
  private readonly listeners = new Set<() => void>();
  private asked = 0;
  private seen: ChainSeen = { checked: 0, fault: null };
  /** Counts up with each page that comes or grows. */
  version = 0;

  /** @param first event that there is: those before it have expired */
  constructor(
    readonly agent: string,
    private readonly first: number,
  ) {
    this.rows = new SpanCache(mostPages, (page) => this.tell({ op: 'forget', page }));
    this.worker.addEventListener('message', ({ data }: MessageEvent<FoldAnswer>) => this.hear(data));
    this.worker.addEventListener('error', () => this.fail(new Error('What folds the history did not start.')));
    this.tell({ op: 'begin', agent });
  }

  get chain(): ChainSeen {
    return this.seen;
  }

  onChange = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** What is known of an event; nothing where its page is not here. */
  row(sequence: number): EventRow | undefined {
    const rows = this.rows.get(pageOf(sequence));
    return rows?.[sequence - (rows[0]?.sequence ?? 0)];
  }

  /** Whether an event can be shown at once. */
  has(sequence: number): boolean {
    return this.row(sequence) !== undefined;
  }

  /** Has an event and those around it here. @throws ProblemError */
  async load(sequence: number): Promise<void> {
    const page = pageOf(sequence);
    if (this.has(sequence)) return this.rows.touch(page);
    let coming = this.coming.get(page);
    if (!coming) {
      coming = this.fetchPage(page).finally(() => this.coming.delete(page));
      this.coming.set(page, coming);
    }
    await coming;
  }

  /** The agent after an event. @param against another moment to compare it with @throws ProblemError */
  async moment(at: number, against: number | null): Promise<MomentRead> {
    await Promise.all([this.load(at), against === null ? undefined : this.load(against)]);
    return this.ask<MomentRead>({ op: 'moment', at, against });
  }

  /** Takes events as they happen. Those that do not go on where a page ends are fetched when they are asked for. */
  async append(records: readonly EventRecord[]): Promise<void> {
    const fresh = records.filter(({ sequence }) => !this.has(sequence));
    if (fresh.length === 0) return;
    for (const read of await this.ask<PageRead[]>({ op: 'append', records: fresh })) {
      this.note(read, [...(this.rows.get(read.page) ?? []), ...read.rows]);
    }
  }

  close(): void {
    this.worker.terminate();
    this.fail(new Error('It was closed.'));
  }

  private async fetchPage(page: number): Promise<void> {
    const from = Math.max(page * pageSize + 1, this.first);
    const path = `agents/${encodeURIComponent(this.agent)}`;
    const [base, events] = await Promise.all([
      from === 1 ? null : bytesOf(`${path}/state?at=${from - 1}`),
      bytesOf(`${path}/events?from=${from}&to=${(page + 1) * pageSize}&limit=${pageSize}`),
    ]);
    const read = await this.ask<PageRead>({ op: 'take', page, base, events });
    this.note(read, read.rows);
  }

  private note(read: PageRead, rows: EventRow[]): void {
    this.rows.set(read.page, rows);
    this.seen = { checked: this.seen.checked + read.rows.length, fault: this.seen.fault ?? read.fault };
    this.version += 1;
    for (const listener of this.listeners) listener();
  }

  /** Says what needs no answer. */
  private tell(ask: FoldAsk): void {
    this.worker.postMessage({ id: 0, ask });
  }

  private ask<T>(ask: FoldAsk): Promise<T> {
    const id = (this.asked += 1);
    return new Promise<T>((done, failed) => {
      this.waiting.set(id, { done, failed });
      this.worker.postMessage({ id, ask });
    });
  }

  private hear(answer: FoldAnswer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ('fault' in answer) waiting?.failed(new Error(answer.fault));
    else waiting?.done(answer.value as never);
  }

  private fail(error: Error): void {
    for (const { failed } of this.waiting.values()) failed(error);
    this.waiting.clear();
  }
}

/** As they come: they are parsed where they are folded. */
async function bytesOf(path: string): Promise<Blob> {
  return (await download(path)).blob;
}
