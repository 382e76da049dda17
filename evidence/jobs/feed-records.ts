import type { Pool } from 'pg';
import type { AgentCheck } from '../../actors/core/evidence/agent-check';
import { isTrueRow, ledgerRows, type LedgerRow } from '../../projections/queries/ledger-rows';
import type { Recomputation } from './recomputation';
import type { Claim } from './signed-heads';

const pageSize = 500;

/** A source whose next item can be looked at before it is taken. */
export class Peekable<T> {
  private next: Promise<IteratorResult<T, void>> | null = null;

  constructor(private readonly source: AsyncGenerator<T, void>) {}

  async peek(): Promise<T | undefined> {
    this.next ??= this.source.next();
    const { done, value } = await this.next;
    return done ? undefined : value;
  }

  /** The next item, where it is there and is wanted. */
  async take(wanted: (item: T) => boolean): Promise<T | undefined> {
    const item = await this.peek();
    if (item === undefined || !wanted(item)) return undefined;
    this.next = null;
    return item;
  }
}

/** Rows of an agent's ledger up to a sequence, page by page. */
export async function* rowsOf(pool: Pool, agentId: string, to: number): AsyncGenerator<LedgerRow, void> {
  for (let after = 0; ;) {
    const page = await ledgerRows(pool, agentId, after, to, pageSize);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.sequence;
  }
}

export interface Feed {
  check: AgentCheck;
  made: Recomputation;
  rows: Peekable<LedgerRow>;
  claims: Peekable<Claim>;
  onRecord: () => void;
  signal: AbortSignal;
}

/** Has everything looked at that the ledger and the signed heads have up to a sequence. */
export async function feedRecords({ check, made, rows, claims, onRecord, signal }: Feed, to: number): Promise<void> {
  for (let claim; (claim = await claims.take(({ head }) => head.sequence <= to));) {
    check.claim(claim.checkpoint, claim.head, claim.proof);
  }
  for (let row; (row = await rows.take(({ sequence }) => sequence <= to));) {
    signal.throwIfAborted();
    const placed = check.record(row.record);
    onRecord();
    if (!placed) continue;
    made.record(placed);
    const { sequence } = row;
    if (sequence !== placed.record.sequence || isTrueRow(row)) continue;
    const message = `the columns by which record ${sequence} is found say something else than the record`;
    check.findings.fault('intact', { code: 'altered', sequence, message });
  }
}
