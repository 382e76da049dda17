import type { EventRecord } from '../../actors/core/event';
import type { Queryable } from './queryable';

/** A row of the ledger as it lies there, sound or not: the record, and the columns by which it is found. */
export interface LedgerRow {
  sequence: number;
  record: EventRecord;
  type: string;
  messagetype: string;
  principal: string;
  commandid: string;
  hash: string;
}

/** Rows of an agent with `after < sequence <= to`, ascending. @param limit most rows */
export async function ledgerRows(
  db: Queryable,
  agentId: string,
  after: number,
  to: number,
  limit: number,
): Promise<LedgerRow[]> {
  const { rows } = await db.query<Omit<LedgerRow, 'sequence'> & { sequence: string }>(
    `SELECT sequence, record, type, messagetype, principal, commandid, hash FROM events
     WHERE agent_id = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence LIMIT $4`,
    [agentId, after, Math.min(to, Number.MAX_SAFE_INTEGER), limit],
  );
  return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
}

/** Whether the columns of a row say of its record what it says itself. */
export function isTrueRow({ sequence, record, ...columns }: LedgerRow): boolean {
  // Postgres takes no NUL in a text: what is searched for has another character in its place.
  const plain = (text: unknown): string => String(text).replaceAll('\0', '\uFFFD');
  return (
    sequence === record.sequence &&
    columns.hash === record.hash &&
    columns.type === record.type &&
    columns.messagetype === record.messagetype &&
    columns.principal === plain(record.principal) &&
    columns.commandid === plain(record.commandid)
  );
}
