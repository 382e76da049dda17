import { genesisHash, hashOf } from '../../../../actors/core/hash-chain';
import { comparisonsOf, contextRows, contextSpan, type ChainedRecord } from './record-context';

type Noted = ChainedRecord & { note: string };

/** A chain of so many records. */
function chain(length: number): Noted[] {
  const records: Noted[] = [];
  for (let sequence = 1; sequence <= length; sequence += 1) {
    const content = { sequence, prevhash: records.at(-1)?.hash ?? genesisHash, note: `n${sequence}` };
    records.push({ ...content, hash: hashOf(content) });
  }
  return records;
}

const within = (records: readonly Noted[], sequence: number): Noted[] => {
  const { from, to } = contextSpan(sequence);
  return records.filter((record) => record.sequence >= from && record.sequence <= to);
};
const rowAt = (records: readonly Noted[], sequence: number) => {
  const found = contextRows(within(records, sequence), sequence).find((row) => row.sequence === sequence);
  if (!found) throw new Error('no row');
  return found;
};

describe('the chain around a record', () => {
  it('has three records on each side, and what the first of them links to', () => {
    const rows = contextRows(within(chain(20), 10), 10);
    expect(rows.map(({ sequence }) => sequence)).toEqual([7, 8, 9, 10, 11, 12, 13]);
    expect(rows.every(({ hashes, links }) => hashes && links)).toBe(true);
  });

  it('begins with the first record and ends with the last', () => {
    expect(contextRows(within(chain(2), 1), 1).map(({ sequence, links }) => [sequence, links])).toEqual([
      [1, true],
      [2, true],
    ]);
  });

  it('says what a record that was altered hashes to', () => {
    const records = chain(9).map((record) => (record.sequence === 5 ? { ...record, note: 'forged' } : record));
    const row = rowAt(records, 5);
    expect([row.hashes, row.links]).toEqual([false, true]);
    expect(comparisonsOf('altered', row)).toEqual([
      { what: 'Hash of its content', expected: records[4]?.hash, found: row.reckoned },
    ]);
  });

  it('says what a record should link to', () => {
    const records = chain(9);
    const { hash: _, ...fifth } = { ...(records[4] as Noted), prevhash: 'f'.repeat(64) };
    records[4] = { ...fifth, hash: hashOf(fifth) };
    expect(comparisonsOf('unlinked', rowAt(records, 5))).toEqual([
      { what: 'Hash of the record before it', expected: records[3]?.hash, found: 'f'.repeat(64) },
    ]);
    expect(contextRows(within(records, 5), 5).find(({ sequence }) => sequence === 6)?.links).toBe(false);
  });

  it('has a place for what is missing, also at the end', () => {
    const missing = chain(9).filter(({ sequence }) => sequence !== 5);
    const row = rowAt(missing, 5);
    expect([row.record, row.hashes, row.links]).toEqual([null, null, null]);
    expect(comparisonsOf('gap', row)).toEqual([{ what: 'Record', expected: 'a record 5', found: 'nothing' }]);
    expect(contextRows(within(missing, 5), 5).find(({ sequence }) => sequence === 6)?.links).toBeNull();
    expect(contextRows(within(chain(3), 4), 4).map(({ record }) => record?.sequence ?? null)).toEqual([1, 2, 3, null]);
  });

  it('says nothing of its own where the chain itself is sound', () => {
    expect(comparisonsOf('wrong_principal', rowAt(chain(9), 5))).toEqual([]);
  });
});
