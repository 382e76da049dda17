import { chainOf, forge, shuffled } from './_util/fixtures';
import { fitRecords, gapOf, type Delivery } from './fit-records';
import { genesisHash } from '../actors/core/hash-chain';
import type { EventRecord } from '../actors/core/event';

const genesis = { sequence: 0, hash: genesisHash };
const chain = chainOf('a', 6);
const one = chain[0] as EventRecord;
const two = chain[1] as EventRecord;
const three = chain[2] as EventRecord;

function deliver(...records: EventRecord[]): Delivery[] {
  return records.map((record) => ({ record, position: record.sequence }));
}
const sequences = (deliveries: Delivery[]): number[] => deliveries.map(({ record }) => record.sequence);

describe('fitRecords', () => {
  it('accepts a chain in whatever order it comes', () => {
    const fit = fitRecords(genesis, deliver(...shuffled(chain)));
    expect(sequences(fit.accepted)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(fit).toMatchObject({ known: [], refused: [], later: [] });
  });

  it('sets aside what the ledger has, and duplicates within the batch', () => {
    const fit = fitRecords(one, deliver(one, two, two));
    expect(sequences(fit.accepted)).toEqual([2]);
    expect(sequences(fit.known)).toEqual([1, 2]);
  });

  it('lets what comes after a gap wait, and says what is missing', () => {
    const fit = fitRecords(genesis, deliver(one, three, chain[5] as EventRecord));
    expect(sequences(fit.later)).toEqual([3, 6]);
    expect(gapOf(genesis, fit)).toEqual({ from: 2, to: 5 });
  });

  it('has no gap where nothing waits', () => {
    expect(gapOf(genesis, fitRecords(genesis, deliver(one)))).toBeNull();
  });

  it('refuses a record whose content was altered, even beyond a gap', () => {
    const fit = fitRecords(genesis, deliver({ ...three, data: { key: 'x', value: true, previous: null } }));
    expect(fit.refused.map(({ fault }) => fault)).toEqual(['altered']);
    expect(fit.later).toEqual([]);
  });

  it('refuses a well-hashed record that does not follow, and accepts the one that does', () => {
    const forged = forge(two, { prevhash: 'f'.repeat(64) });
    const fit = fitRecords(genesis, deliver(one, forged, two));
    expect(fit.refused).toEqual([{ delivery: { record: forged, position: 2 }, fault: 'unlinked' }]);
    expect(sequences(fit.accepted)).toEqual([1, 2]);
  });

  it('prefers the copy that has a position', () => {
    const fit = fitRecords(genesis, [{ record: one, position: null }, ...deliver(one)]);
    expect(fit.accepted).toEqual([{ record: one, position: 1 }]);
    expect(fit.known).toEqual([{ record: one, position: null }]);
  });
});
