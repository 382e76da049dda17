import { canonicalText, sha256Hex } from './canonical';
import type { EventRecord } from './event';

/** `prevhash` of the first record of a chain. */
export const genesisHash = '0'.repeat(64);

/** Lower-case hex SHA-256 of the RFC 8785 canonical JSON of a JSON value. */
export function hashOf(value: unknown): string {
  return sha256Hex(canonicalText(value));
}

/** Gives a record its place in the chain. */
export function seal<D>(record: Omit<EventRecord<D>, 'hash'>): EventRecord<D> {
  return { ...record, hash: hashOf(record) };
}

/** The first thing wrong with a chain, or null where it holds. */
export interface ChainFault {
  sequence: number;
  fault: 'altered' | 'unlinked' | 'gap';
}

/**
 * Checks that records follow one another without a gap, link by `prevhash`, and hash to what they say.
 * @param after where the chain stood before the first of `records`
 */
export function checkChain(
  records: readonly EventRecord[],
  after: { sequence: number; hash: string } = { sequence: 0, hash: genesisHash },
): ChainFault | null {
  let { sequence, hash } = after;
  for (const record of records) {
    if (record.sequence !== sequence + 1) return { sequence: sequence + 1, fault: 'gap' };
    if (record.prevhash !== hash) return { sequence: record.sequence, fault: 'unlinked' };
    const { hash: claimed, ...content } = record;
    if (hashOf(content) !== claimed) return { sequence: record.sequence, fault: 'altered' };
    ({ sequence, hash } = record);
  }
  return null;
}
