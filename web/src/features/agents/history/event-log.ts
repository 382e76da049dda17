import { eventName, type EventRecord } from '../../../../../actors/core/event';

/** Which events are shown. */
export interface EventFilter {
  type?: string;
  principal?: string;
}

/** Events of one agent, newest first, without a gap: what is missing between two of them is known to be. */
export interface EventLog {
  events: readonly EventRecord[];
  /** Sequence of the oldest one that was loaded; everything from there to the newest is here. */
  from: number;
}

export const emptyLog: EventLog = { events: [], from: Infinity };

/** The log with older events in front of it. @param page oldest first, which ends where the log begins */
export function withOlder(log: EventLog, page: readonly EventRecord[], from: number): EventLog {
  const older = page.filter(({ sequence }) => sequence < log.from).reverse();
  return { events: [...log.events, ...older], from: Math.min(from, log.from) };
}

/**
 * The log with events that have just come. What it has already is dropped; where one is missing before them nothing is taken.
 * @returns null where there is a gap, which must be read
 */
export function withNewer(log: EventLog, events: readonly EventRecord[]): EventLog | null {
  const newest = log.events[0]?.sequence ?? 0;
  const fresh = events.filter(({ sequence }) => sequence > newest);
  if (fresh.length === 0) return log;
  const isNext = fresh.every(({ sequence }, index) => sequence === newest + 1 + index);
  return isNext ? { events: [...fresh.reverse(), ...log.events], from: Math.min(log.from, newest + 1) } : null;
}

export function matching(log: EventLog, { type, principal }: EventFilter): readonly EventRecord[] {
  if (type === undefined && principal === undefined) return log.events;
  return log.events.filter(
    (event) =>
      (type === undefined || eventName(event) === type) &&
      (principal === undefined || event.principal.startsWith(principal)),
  );
}
