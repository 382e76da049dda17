import { genesisHash, hashOf } from '../../../../actors/core/hash-chain';

/** What of a record the chain is about. */
export interface ChainedRecord {
  sequence: number;
  prevhash: string;
  hash: string;
}

/** A place in the chain as it is found now. */
export interface ContextRow<R extends ChainedRecord = ChainedRecord> {
  sequence: number;
  /** Null where there is none. */
  record: R | null;
  /** What its content hashes to, reckoned here. */
  reckoned: string | null;
  /** Whether it hashes to what it says; null where there is no record. */
  hashes: boolean | null;
  /** `hash` of the record before it; null where that is not there. */
  before: string | null;
  /** Whether it links to the one before it; null where that can't be told. */
  links: boolean | null;
}

/** How many records are shown on each side of the bad one. */
const beside = 3;

/** The records to ask for: one more than shown, so that the first one shown has something to link to. */
export function contextSpan(sequence: number): { from: number; to: number } {
  return { from: Math.max(1, sequence - beside - 1), to: sequence + beside };
}

/** The chain around a sequence, with a row for what is missing. @param records of `contextSpan`, ascending */
export function contextRows<R extends ChainedRecord>(records: readonly R[], sequence: number): ContextRow<R>[] {
  const bySequence = new Map(records.map((record) => [record.sequence, record]));
  const from = Math.max(1, sequence - beside);
  const to = Math.max(sequence, ...bySequence.keys());
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const at = from + i;
    const record = bySequence.get(at) ?? null;
    const before = at === 1 ? genesisHash : (bySequence.get(at - 1)?.hash ?? null);
    const reckoned = record && reckonedHash(record);
    return {
      sequence: at,
      record,
      reckoned,
      hashes: record && record.hash === reckoned,
      before,
      links: record && before !== null ? record.prevhash === before : null,
    };
  });
}

function reckonedHash(record: ChainedRecord): string {
  const { hash: _, ...content } = record;
  return hashOf(content);
}

/** What a fault is about, side by side. */
export interface Comparison {
  what: string;
  expected: string;
  found: string;
}

/** What was expected at the bad record and what is found there; none where only the verdict's own words can tell. */
export function comparisonsOf(code: string | undefined, row: ContextRow): Comparison[] {
  const { sequence, record, reckoned, before } = row;
  if (record === null || code === 'gap' || code === 'cut' || code === 'history_missing') {
    const found =
      record === null ? 'nothing' : 'nothing in the ledger; shown is what the history of the agent still tells';
    return [{ what: 'Record', expected: `a record ${sequence}`, found }];
  }
  const compared: Comparison[] = [];
  if (row.hashes === false) {
    compared.push({ what: 'Hash of its content', expected: record.hash, found: reckoned ?? '' });
  }
  if (row.links === false) {
    compared.push({ what: 'Hash of the record before it', expected: before ?? '', found: record.prevhash });
  }
  return compared;
}
