import type { EventRecord } from '../../actors/core/event';
import type { Queryable } from './queryable';

/** A place in the order of the ledger over all agents; both are whole numbers. */
export interface LedgerPlace {
  txid: string;
  ordinal: string;
}

/** Which records: all conditions given must hold. */
export interface LedgerFilter {
  agent?: string;
  kind?: string;
  /** `ymera.{kind}.{EventName}` or the name alone. */
  type?: string;
}

export const ledgerStart: LedgerPlace = { txid: '0', ordinal: '0' };

/**
 * What comes after a place, in order. A transaction that is still under way may yet put records before others that are there already;
 * so only what is older than each of these is read, and nothing can come before it any more.
 * @param limit most places looked at
 * @returns each place; `record` is null where the filter does not want it
 */
export async function readInOrder(
  db: Queryable,
  after: LedgerPlace,
  { agent, kind, type }: LedgerFilter,
  limit: number,
): Promise<{ place: LedgerPlace; record: EventRecord | null }[]> {
  const { rows } = await db.query<LedgerPlace & { record: EventRecord | null }>(
    `SELECT txid::text, ordinal::text, CASE
       WHEN ($3::text IS NULL OR agent_id = $3) AND ($4::text IS NULL OR split_part(type, '.', 2) = $4)
         AND ($5::text IS NULL OR type = $5 OR split_part(type, '.', 3) = $5) THEN record END AS record
     FROM events
     WHERE (txid, ordinal) > ($1::xid8, $2::bigint) AND txid < pg_snapshot_xmin(pg_current_snapshot())
     ORDER BY events.txid, events.ordinal LIMIT $6`,
    [after.txid, after.ordinal, agent ?? null, kind ?? null, type ?? null, limit],
  );
  return rows.map(({ txid, ordinal, record }) => ({ place: { txid, ordinal }, record }));
}
