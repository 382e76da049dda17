import type { components } from '../../../../generated/api-types';
import { eventAgent, eventKind, eventName, type EventRecord } from '../../../../actors/core/event';

export type AgentRow = components['schemas']['AgentSummary'];

/** Which agents are listed. `q`: how the id or the name begins. */
export interface AgentFilter {
  kind?: string;
  status?: 'running' | 'stopped';
  q?: string;
}

/** Agents that were heard of last and have no row (yet); older ones are forgotten. */
const mostHeard = 5_000;
/** Most rows asked for in one call. */
const mostAsked = 100;

/**
 * The rows of a list of agents, newest first, kept as events come. An event is applied where it is the next of its row; what the
 * events alone do not tell (health, whether a new agent fits the filter, what lies in a gap) is asked for again, many rows in one
 * call. It knows no network: `due` says what is to be asked, `place` takes what came.
 */
export class AgentRows {
  private rows = new Map<string, AgentRow>();
  private order: string[] = [];
  /** Sequence of the last event of agents without a row: one that comes with a page may be older. */
  private readonly heard = new Map<string, number>();
  private readonly asked = new Set<string>();
  private readonly born = new Set<string>();
  private shown: readonly AgentRow[] = [];

  /** @param kinds whose agents are of interest: those that only Ymera makes are not listed unless asked for */
  constructor(
    private readonly filter: AgentFilter,
    private readonly kinds: ReadonlySet<string>,
  ) {}

  /** The rows in their order; the same array as long as nothing has changed. */
  get list(): readonly AgentRow[] {
    return this.shown;
  }

  /** One page more, behind those that are there. */
  append(page: readonly AgentRow[]): void {
    for (const row of page) {
      if (!this.rows.has(row.id)) this.order.push(row.id);
      this.keep(row);
    }
    this.show();
  }

  /** @returns whether a row has changed */
  hear(events: readonly EventRecord[]): boolean {
    let changed = false;
    for (const event of events) changed = this.apply(event) || changed;
    if (changed) this.show();
    return changed;
  }

  /** Ids whose rows are to be asked for now; they are no more due until `place` says that they must be asked again. */
  due(): string[] {
    const ids = [...this.asked].slice(0, mostAsked);
    ids.forEach((id) => this.asked.delete(id));
    return ids;
  }

  get isDue(): boolean {
    return this.asked.size > 0;
  }

  /** The question was not answered. */
  askAgain(ids: readonly string[]): void {
    for (const id of ids) this.asked.add(id);
  }

  /** What came of a question: rows of those `ids` that fit the filter. The others have no place in the list (any more). */
  place(ids: readonly string[], found: readonly AgentRow[]): void {
    const there = new Map(found.map((row) => [row.id, row]));
    for (const id of ids) {
      const row = there.get(id);
      if (row !== undefined) this.put(row);
      // The read side may not have it yet: it is asked for again, until it does.
      else if (this.born.has(id)) this.asked.add(id);
      else this.remove(id);
    }
    this.show();
  }

  private apply(event: EventRecord): boolean {
    const id = eventAgent(event);
    const row = this.rows.get(id);
    if (row === undefined) return this.noteUnknown(id, event);
    if (event.sequence <= row.sequence) return false;
    if (event.sequence > row.sequence + 1) {
      this.remember(id, event.sequence);
      this.asked.add(id);
      return false;
    }
    const name = eventName(event);
    if (name === 'AgentStopped' && this.filter.status === 'running') {
      this.remove(id);
      return true;
    }
    this.rows.set(id, {
      ...row,
      sequence: event.sequence,
      hash: event.hash,
      updatedAt: event.time,
      lastEventType: name,
      ...(name === 'AgentStopped' ? { status: 'stopped' as const } : {}),
      ...(name === 'ConfigChanged' ? { configVersion: (event.data as { version: number }).version } : {}),
    });
    if (row.health !== null) {
      this.remember(id, event.sequence);
      this.asked.add(id);
    }
    return true;
  }

  private noteUnknown(id: string, event: EventRecord): boolean {
    const kind = eventKind(event);
    if (this.filter.kind === undefined ? !this.kinds.has(kind) : kind !== this.filter.kind) return false;
    this.remember(id, event.sequence);
    const name = eventName(event);
    if ((name === 'AgentCreated' || name === 'AgentForked') && this.mayFit(id, event)) {
      this.born.add(id);
      this.asked.add(id);
    }
    if (name === 'AgentStopped' && this.filter.status === 'stopped') this.asked.add(id);
    return false;
  }

  /** Whether a new agent belongs here, as the API would say. */
  private mayFit(id: string, { data }: EventRecord): boolean {
    const { status, q } = this.filter;
    if (status === 'stopped') return false;
    if (q === undefined) return true;
    return id.startsWith(q) || (data as { name: string }).name.toLowerCase().startsWith(q.toLowerCase());
  }

  private put(row: AgentRow): void {
    const present = this.rows.has(row.id);
    if (!present) this.order.splice(this.placeOf(row), 0, row.id);
    this.keep(row);
  }

  /** A row that is older than what was heard is asked for again, and never takes the place of a newer one. */
  private keep(row: AgentRow): void {
    const before = this.rows.get(row.id);
    const newest = Math.max(before?.sequence ?? 0, this.heard.get(row.id) ?? 0);
    if (before === undefined || row.sequence >= before.sequence) this.rows.set(row.id, row);
    this.born.delete(row.id);
    if (row.sequence < newest) this.asked.add(row.id);
    else this.heard.delete(row.id);
  }

  private placeOf(row: AgentRow): number {
    const at = this.order.findIndex((id) => isBefore(row, this.rows.get(id) as AgentRow));
    return at === -1 ? this.order.length : at;
  }

  private remove(id: string): void {
    this.born.delete(id);
    if (this.rows.delete(id)) this.order = this.order.filter((other) => other !== id);
  }

  private remember(id: string, sequence: number): void {
    this.heard.delete(id);
    this.heard.set(id, sequence);
    if (this.heard.size > mostHeard) this.heard.delete(this.heard.keys().next().value as string);
  }

  private show(): void {
    this.shown = this.order.map((id) => this.rows.get(id) as AgentRow);
  }
}

/** Newest first, as the API lists them. */
function isBefore(row: AgentRow, other: AgentRow): boolean {
  return row.createdAt === other.createdAt ? row.id > other.id : row.createdAt > other.createdAt;
}
