import type { EventRecord } from '../../actors/core/event';
import { formatCursor, parseCursor } from './cursor';
import type { Queryable } from './queryable';

const pageSize = 500;

/**
 * Events of one agent with `from <= sequence <= to`, ascending.
 * @param limit most events
 */
export async function readEvents(
  db: Queryable,
  agentId: string,
  from: number,
  to: number,
  limit: number,
): Promise<EventRecord[]> {
  const { rows } = await db.query<{ record: EventRecord }>(
    `SELECT record FROM events WHERE agent_id = $1 AND sequence >= $2 AND sequence <= $3 ORDER BY sequence LIMIT $4`,
    [agentId, from, Math.min(to, Number.MAX_SAFE_INTEGER), limit],
  );
  return rows.map(({ record }) => record);
}

/** The same without a limit, page by page, so that memory stays small however long the range is. */
export async function* streamEvents(
  db: Queryable,
  agentId: string,
  from = 1,
  to = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<EventRecord> {
  for (let next = from; next <= to;) {
    const page = await readEvents(db, agentId, next, to, pageSize);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    next = last.sequence + 1;
  }
}

/** Where the ledger of an agent ends, or null where it has none. */
export async function ledgerHead(db: Queryable, agentId: string): Promise<{ sequence: number; hash: string } | null> {
  const { rows } = await db.query<{ sequence: string; hash: string }>(
    'SELECT sequence, hash FROM events WHERE agent_id = $1 ORDER BY sequence DESC LIMIT 1',
    [agentId],
  );
  return rows[0] ? { sequence: Number(rows[0].sequence), hash: rows[0].hash } : null;
}

/**
 * Events of all agents after a position of the stream, in the stream's order. Those that the stream had lost before
 * they reached the ledger have no position and are not among them.
 */
export async function readByPosition(
  db: Queryable,
  after: number,
  limit: number,
): Promise<{ position: number; record: EventRecord }[]> {
  const { rows } = await db.query<{ position: string; record: EventRecord }>(
    'SELECT position, record FROM events WHERE position > $1 ORDER BY position LIMIT $2',
    [after, limit],
  );
  return rows.map(({ position, record }) => ({ position: Number(position), record }));
}

/** A record that was refused. */
export interface LedgerFault {
  sequence: number;
  fault: string;
  detail: string;
  seenAt: string;
}

export interface FaultPage {
  faults: LedgerFault[];
  next: string | null;
}

/**
 * What was refused of one agent, the last sequence first, by pages.
 * @param cursor `next` of the page before; one never given out counts as none
 */
export async function readFaults(db: Queryable, agentId: string, limit: number, cursor?: string): Promise<FaultPage> {
  const after = parseCursor(cursor, ['number', 'text', 'text']);
  const { rows } = await db.query<{ sequence: string; fault: string; detail: string; seen_at: Date }>(
    `SELECT sequence, fault, detail, seen_at FROM ledger_faults
     WHERE agent_id = $1 AND ($2::bigint IS NULL OR (sequence, fault, detail) < ($2, $3::text, $4::text))
     ORDER BY sequence DESC, fault DESC, detail DESC LIMIT $5`,
    [agentId, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, limit + 1],
  );
  const faults = rows.slice(0, limit).map(({ sequence, fault, detail, seen_at }) => ({
    sequence: Number(sequence),
    fault,
    detail,
    seenAt: seen_at.toISOString(),
  }));
  const last = faults.at(-1);
  const next = rows.length > limit && last ? formatCursor([String(last.sequence), last.fault, last.detail]) : null;
  return { faults, next };
}

/** How often something was refused of one agent. */
export async function countFaults(db: Queryable, agentId: string): Promise<number> {
  const { rows } = await db.query<{ count: string }>('SELECT count(*) FROM ledger_faults WHERE agent_id = $1', [
    agentId,
  ]);
  return Number(rows[0]?.count);
}
