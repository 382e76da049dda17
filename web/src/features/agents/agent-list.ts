import type { EventRecord } from '../../../../actors/core/event';
import { agentPage, agentsOfIds } from './agent-queries';
import { AgentRows, type AgentFilter, type AgentRow } from './agent-rows';

export interface AgentListView {
  rows: readonly AgentRow[];
  /** `first`: nothing is there yet. `more`: another page is on its way. */
  loading: 'first' | 'more' | null;
  /** Whether there are more pages. */
  more: boolean;
  error: unknown;
}

/** Rows that must be asked for again are, together, after this long, in ms. */
const askAfterMs = 700;

/** A list of agents that loads pages as they are wanted and keeps what it has up to date. */
export class AgentList {
  private readonly rows: AgentRows;
  private readonly listeners = new Set<() => void>();
  private view: AgentListView = { rows: [], loading: 'first', more: false, error: null };
  private cursor: string | null = null;
  private ended = new AbortController();
  private timer: number | undefined;

  constructor(
    private readonly filter: AgentFilter,
    kinds: ReadonlySet<string>,
  ) {
    this.rows = new AgentRows(filter, kinds);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): AgentListView => this.view;

  /** Asks for the first page. @returns the end of it */
  start(): () => void {
    this.ended = new AbortController();
    void this.load();
    return () => {
      this.ended.abort();
      window.clearTimeout(this.timer);
      this.timer = undefined;
    };
  }

  readonly loadMore = (): void => {
    if (this.view.more && this.view.loading === null && this.view.error === null) void this.load();
  };

  readonly retry = (): void => void this.load();

  hear(events: readonly EventRecord[]): void {
    if (this.rows.hear(events)) this.show({});
    this.askLater();
  }

  private async load(): Promise<void> {
    const { signal } = this.ended;
    this.show({ loading: this.rows.list.length === 0 ? 'first' : 'more', error: null });
    try {
      const { agents, next } = await agentPage(this.filter, this.cursor, signal);
      if (signal.aborted) return;
      this.rows.append(agents);
      this.cursor = next;
      this.show({ loading: null, more: next !== null });
      this.askLater();
    } catch (error) {
      if (!signal.aborted) this.show({ loading: null, error });
    }
  }

  private askLater(): void {
    this.timer ??= window.setTimeout(() => void this.ask(), askAfterMs);
  }

  /** What fails is asked for again with what comes to be asked next. */
  private async ask(): Promise<void> {
    const { signal } = this.ended;
    const ids = this.rows.due();
    if (ids.length > 0) {
      const found = await agentsOfIds(this.filter, ids, signal).catch(() => null);
      if (signal.aborted) return;
      if (found === null) this.rows.askAgain(ids);
      else this.rows.place(ids, found);
      this.show({});
    }
    this.timer = undefined;
    if (this.rows.isDue) this.askLater();
  }

  private show(change: Partial<AgentListView>): void {
    this.view = { ...this.view, ...change, rows: this.rows.list };
    for (const listener of this.listeners) listener();
  }
}
