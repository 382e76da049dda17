import { comparedOf, evolveAgent, unborn, type AgentState } from '../../../../actors/core/agent-state';
import { eventKind, eventName, type EventRecord, type MessageType } from '../../../../actors/core/event';
import { checkChain, type ChainFault } from '../../../../actors/core/hash-chain';
import { changesBetween, type ValueChange } from '../../../../actors/core/json-changes';
import { kindNamed } from '../../../../actors/registry';
import { pageOf } from './span-cache';
import { mostChanges } from './state-rows';

/** Within a page a state is kept after each so many events, so that no moment is folded over more of them. */
const keyframeEvery = 50;

/** What a list shows of an event. */
export interface EventRow {
  sequence: number;
  time: string;
  type: string;
  messagetype: MessageType;
  principal: string;
}

export interface PageRead {
  page: number;
  rows: EventRow[];
  /** The first record that does not continue the one before it; null where the chain holds. */
  fault: ChainFault | null;
}

/** An agent after one of its events. */
export interface MomentRead {
  agent: AgentState;
  record: EventRecord;
  /** What the event itself has changed. */
  changes: ValueChange[];
  /** What differs between it and another moment, from the earlier to the later one. */
  compared: { from: number; to: number; changes: ValueChange[] } | null;
  /** Whether agents of its kind have forks. */
  forkable: boolean;
}

interface Page {
  /** Before the first of `records`; null where that is the birth. */
  base: AgentState | null;
  records: EventRecord[];
  /** After each `keyframeEvery` of `records`. */
  keyframes: AgentState[];
  last: AgentState | null;
}

/**
 * Pages of an agent's records, checked by the hash chain and folded by the agent's own `evolve`. Which of them it holds is said by who
 * hands them in and has them forgotten.
 */
export class FoldedHistory {
  private readonly pages = new Map<number, Page>();

  constructor(private readonly id: string) {}

  /** @param base the agent before the first of `records`; null where that is its birth */
  take(page: number, base: AgentState | null, records: readonly EventRecord[]): PageRead {
    this.pages.set(page, { base, records: [], keyframes: [], last: base });
    return this.grow(page, records);
  }

  /** Takes what has come live, as far as it goes on where a page ends. @returns nothing where it does not */
  append(records: readonly EventRecord[]): PageRead[] {
    const read: PageRead[] = [];
    for (let at = 0; at < records.length;) {
      const next = records[at] as EventRecord;
      const page = pageOf(next.sequence);
      const before = this.pages.get(page) ?? this.pages.get(page - 1);
      if (before?.last?.sequence !== next.sequence - 1) return read;
      if (!this.pages.has(page)) this.take(page, before.last, []);
      const span = records.slice(at).filter(({ sequence }) => pageOf(sequence) === page);
      read.push(this.grow(page, span));
      at += span.length;
    }
    return read;
  }

  forget(page: number): void {
    this.pages.delete(page);
  }

  /** @param against another moment to compare it with @throws Error where a page of either is not here */
  moment(at: number, against: number | null): MomentRead {
    const { record, before, after } = this.around(at);
    const changes = between(before, after);
    const [from, to] = [Math.min(at, against ?? at), Math.max(at, against ?? at)];
    const compared =
      against === null ? null : { from, to, changes: between(this.around(from).after, this.around(to).after) };
    return { agent: after, record, changes, compared, forkable: kindNamed(after.kind).fork !== undefined };
  }

  private grow(page: number, records: readonly EventRecord[]): PageRead {
    const kept = this.pages.get(page) as Page;
    const { last } = kept;
    const fault = last === null ? checkChain(records) : checkChain(records, last);
    for (const record of records) {
      kept.last = this.after(kept.last, record);
      kept.records.push(record);
      if (kept.records.length % keyframeEvery === 0) kept.keyframes.push(kept.last);
    }
    return { page, rows: records.map(rowOf), fault };
  }

  private around(sequence: number): { record: EventRecord; before: AgentState | null; after: AgentState } {
    const page = this.pages.get(pageOf(sequence));
    const first = page?.records[0]?.sequence ?? Number.NaN;
    const index = sequence - first;
    const record = page?.records[index];
    if (!page || !record) throw new Error(`event ${sequence} is not here`);
    const keyframe = Math.floor(index / keyframeEvery);
    let before = keyframe === 0 ? page.base : (page.keyframes[keyframe - 1] ?? null);
    for (const each of page.records.slice(keyframe * keyframeEvery, index)) before = this.after(before, each);
    return { record, before, after: this.after(before, record) };
  }

  private after(before: AgentState | null, record: EventRecord): AgentState {
    const kind = kindNamed(eventKind(record));
    return evolveAgent(kind, before ?? unborn(kind, this.id), record);
  }
}

/** Of an agent that was not there yet each part is new. */
function between(before: AgentState | null, after: AgentState): ValueChange[] {
  return changesBetween([before ? comparedOf(before) : {}], [comparedOf(after)], '', mostChanges);
}

function rowOf(record: EventRecord): EventRow {
  const { sequence, time, messagetype, principal } = record;
  return { sequence, time, type: eventName(record), messagetype, principal };
}
