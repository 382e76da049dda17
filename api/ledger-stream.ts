import { setTimeout as delay } from 'node:timers/promises';
import { formatCursor } from '../projections/queries/cursor';
import type { LedgerFilter, LedgerPlace } from '../projections/queries/ledger-order';
import type { Ledger } from './read-side';

const pageSize = 500;
const lookEveryMs = 1_000;
const beatEveryMs = 15_000;
/** A caller that follows for longer comes again with its cursor. */
const longestMs = 600_000;

export interface StreamOrder {
  after: LedgerPlace;
  filter: LedgerFilter;
  /** Most records. */
  limit: number;
  /** Go on with what comes, for 10 minutes at most. */
  follow: boolean;
}

/**
 * The ledger of all agents in its order, as NDJSON: `{cursor, record}`, and `{cursor, heartbeat}` where nothing was to be said for a
 * while, or at the end of what there is. It reads on as fast as it is taken.
 * @param mayStill asked several times a minute; what it throws ends the stream
 * @throws Problem `unavailable`, after which a caller goes on with its last cursor
 */
export async function* ledgerLines(
  ledger: Pick<Ledger, 'inOrder'>,
  { after, filter, limit, follow }: StreamOrder,
  gone: AbortSignal,
  mayStill: () => Promise<void>,
): AsyncGenerator<string> {
  const until = Date.now() + longestMs;
  let place = after;
  let beatAt = Date.now();
  let left = limit;
  const heartbeat = (): string => line(place, { heartbeat: new Date().toISOString() });
  while (!gone.aborted) {
    const found = await ledger.inOrder(place, filter, pageSize);
    for (const each of found) {
      place = each.place;
      if (each.record === null) continue;
      yield line(place, { record: each.record });
      if ((left -= 1) === 0) return;
    }
    const atEnd = found.length < pageSize;
    if (atEnd && (!follow || Date.now() >= until)) {
      yield heartbeat();
      return;
    }
    if (Date.now() - beatAt >= beatEveryMs) {
      await mayStill();
      yield heartbeat();
      beatAt = Date.now();
    }
    if (atEnd) await delay(lookEveryMs, undefined, { signal: gone }).catch(() => undefined);
  }
}

function line({ txid, ordinal }: LedgerPlace, rest: object): string {
  return `${JSON.stringify({ cursor: formatCursor([txid, ordinal]), ...rest })}\n`;
}
