import { BoundedMap } from './bounded-map';
import type { Call } from './route';

const minuteMs = 60_000;
const mostRemembered = 10_000;

/**
 * Puts reads of the past on record: the first that a principal makes of an agent, and then one a minute at most, because a page
 * that shows the past asks often. Each process counts for itself; where too many are remembered, more is on record than need be.
 */
export class PastReads {
  private readonly notedAt = new BoundedMap<string, number>(mostRemembered);

  /** @param detail what was asked for first */
  async note(
    { principal, record }: Pick<Call, 'principal' | 'record'>,
    about: string,
    detail: Record<string, string>,
  ): Promise<void> {
    const who = `${about} ${principal.subject}`;
    const now = Date.now();
    if (now - (this.notedAt.get(who) ?? 0) < minuteMs) return;
    this.notedAt.set(who, now);
    await record({ type: 'PastRead', about, detail });
  }
}
