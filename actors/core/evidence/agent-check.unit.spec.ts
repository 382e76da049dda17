import type { EventRecord } from '../event';
import { seal } from '../hash-chain';
import {
  checked,
  rechained,
  recordsFrom,
  signedHead,
  soundPast,
  TestKey,
  tombstoneTo,
  type Past,
  type SignedHead,
  type TestRun,
} from './check-fixture';

type SoundPast = Past & { records: EventRecord[] };

/** The verdicts after a change, as `pass`, `code@sequence` or `not_checkable`. */
function after(change: (past: SoundPast) => void): Record<'intact' | 'complete' | 'attributed', string> {
  const past = soundPast() as SoundPast;
  change(past);
  const verdicts = checked(past);
  const short = (name: 'intact' | 'complete' | 'attributed'): string => {
    const verdict = verdicts[name];
    if (verdict.verdict !== 'fail') return verdict.verdict;
    return `${verdict.code}@${verdict.sequence ?? verdict.runId ?? ''}`;
  };
  return { intact: short('intact'), complete: short('complete'), attributed: short('attributed') };
}

const pass = { intact: 'pass', complete: 'pass', attributed: 'pass' };
const at = (past: SoundPast, sequence: number): EventRecord => past.records[sequence - 1] as EventRecord;
const untold = (past: Past): void => past.runs.forEach((run) => Object.assign(run, { unreadable: 'sealed', told: [] }));

describe('a past that nobody has touched', () => {
  it('passes, and says what it covers', () => {
    expect(after(() => undefined)).toEqual(pass);
    expect(checked(soundPast()).coverage).toEqual({
      records: 12,
      from: 1,
      to: 12,
      tombstonesTo: 0,
      runs: 3,
      checkpoints: 3,
      signedTo: 12,
    });
  });

  it('passes where its beginning has expired under a tombstone', () => {
    const expire = (past: SoundPast): void => {
      past.tombstones.push(tombstoneTo(at(past, 4)));
      past.records.splice(0, 4);
      past.runs.shift();
    };
    expect(after(expire)).toEqual(pass);
  });

  it('passes where a run says again what the one before it has said, and what that one had not said yet', () => {
    const late = (past: SoundPast): void => {
      const [first, second] = past.runs as [TestRun, TestRun];
      const [third] = first.told.splice(2, 1);
      first.lastSequence = 2;
      second.firstSequence = 3;
      second.told.unshift({ ...(third as TestRun['told'][number]) }, { record: at(past, 4), sender: null });
    };
    expect(after(late)).toEqual(pass);
  });
});

describe('a record that was changed', () => {
  it('is named where one byte of it is another', () => {
    expect(after((past) => (at(past, 6).data = { key: 'flag-6', value: false }))).toEqual({
      ...pass,
      intact: 'altered@6',
    });
  });

  it('is named where it was given its own hash', () => {
    const forge = (past: SoundPast): void => {
      const { hash: _hash, ...content } = at(past, 6);
      past.records[5] = seal({ ...content, data: {} });
    };
    // The next signed record links to another one; where nothing later is signed, the histories tell.
    expect(after(forge)).toEqual({ ...pass, intact: 'not_as_signed@6' });
    expect(after((past) => (forge(past), (past.heads = []))).intact).toBe('not_as_told@6');
    expect(after((past) => (forge(past), untold(past))).intact).toBe('not_as_signed@6');
  });

  it('is named where the whole chain after it was made again without the key', () => {
    const forge = (past: SoundPast): void => void (past.records = rechained(past.records, 6, { data: {} }));
    expect(after(forge)).toEqual({ ...pass, intact: 'not_as_told@6' });
    expect(after((past) => (forge(past), (past.heads = []))).intact).toBe('not_as_told@6');
    // The head signed first after it is what can be said then.
    expect(after((past) => (forge(past), untold(past))).intact).toBe('not_as_signed@8');
  });

  it('is named where somebody else is said to have done it', () => {
    const forge = (past: SoundPast): void => void (past.records = rechained(past.records, 6, { principal: 'eve' }));
    expect(after(forge)).toEqual({ ...pass, intact: 'not_as_told@6', attributed: 'wrong_principal@6' });
  });

  it('is named where it is another agent’s, or no record', () => {
    const foreign = (past: SoundPast): void =>
      void (past.records = rechained(past.records, 12, { source: '/agents/b2' }));
    expect(after(foreign).intact).toBe('foreign@12');
    expect(after((past) => void ((past.records as unknown[])[4] = null)).intact).toBe('malformed@5');
  });
});

describe('records that are missing, too many or misplaced', () => {
  it('names one that was removed in the middle', () => {
    expect(after((past) => past.records.splice(5, 1))).toEqual({ ...pass, complete: 'gap@6' });
  });

  it('names the first one of a tail that was cut, by histories and by signed heads', () => {
    const cut = (past: SoundPast): void => void past.records.splice(9);
    expect(after(cut)).toEqual({ ...pass, complete: 'cut@10' });
    expect(after((past) => (cut(past), untold(past))).complete).toBe('cut@10');
  });

  it('names the first of two that were swapped', () => {
    const swap = (past: SoundPast): void => {
      [past.records[4], past.records[6]] = [at(past, 7), at(past, 5)];
    };
    expect(after(swap)).toEqual({ ...pass, intact: 'out_of_order@5' });
  });

  it('names one that was inserted', () => {
    const append = (past: SoundPast): void => void past.records.push(...recordsFrom(at(past, 12), 13));
    expect(after(append)).toEqual({ ...pass, complete: 'extra@13', attributed: 'no_command@13' });
    const insert = (past: SoundPast): void => void past.records.splice(6, 0, ...recordsFrom(at(past, 6), 7, 'forged'));
    expect(after(insert)).toEqual({ ...pass, intact: 'duplicate@7' });
  });

  it('names the first record that a tombstone of another key would hide', () => {
    const hide = (past: SoundPast): void => {
      past.tombstones.push(tombstoneTo(at(past, 4), new TestKey(9)));
      past.records.splice(0, 4);
      past.runs.shift();
    };
    expect(after(hide)).toEqual({ ...pass, intact: 'unsigned@1', complete: 'gap@1' });
  });
});

describe('raw histories', () => {
  it('names one whose bytes were altered, and does not believe it', () => {
    const alter = (past: SoundPast): void => void Object.assign(past.runs[1] as TestRun, { sound: false, told: [] });
    expect(after(alter)).toEqual({
      intact: 'history_altered@run-1',
      complete: 'not_checkable',
      attributed: 'not_checkable',
    });
  });

  it('names the record that a history tells otherwise than what was signed', () => {
    const alter = (past: SoundPast): void => {
      const told = (past.runs[1] as TestRun).told[1] as TestRun['told'][number];
      told.record = { ...told.record, data: { key: 'flag-6', value: false } };
    };
    expect(after(alter).intact).toBe('history_altered@6');
  });

  it.each([
    [0, 'history_missing@1'],
    [1, 'history_missing@5'],
    [2, 'history_missing@9'],
  ])('names the first record that run %i would tell of, where that one is missing', (run, complete) => {
    expect(after((past) => past.runs.splice(run, 1))).toEqual({
      intact: 'pass',
      complete,
      attributed: 'not_checkable',
    });
  });

  it('tells of nothing where it can not be read, wherever it ends', () => {
    const seal = (past: SoundPast): void =>
      void Object.assign(past.runs[1] as TestRun, { unreadable: 'sealed', told: [], lastSequence: 6 });
    expect(after(seal)).toEqual({ intact: 'pass', complete: 'not_checkable', attributed: 'not_checkable' });
  });

  it('does not take what the workflow recorded by itself for a command of somebody', () => {
    const orphan = (past: SoundPast): void => {
      ((past.runs[1] as TestRun).told[1] as TestRun['told'][number]).sender = null;
    };
    expect(after(orphan)).toEqual({ ...pass, attributed: 'no_command@6' });
  });
});

describe('signatures', () => {
  const resign = (past: SoundPast, key: TestKey): void => {
    past.heads[1] = signedHead(2, { sequence: 8, hash: at(past, 8).hash }, key);
  };

  it('names the record whose head another key has signed', () => {
    expect(after((past) => resign(past, new TestKey(9)))).toEqual({ ...pass, intact: 'unsigned@8' });
  });

  it('names the first record that a key has signed after it was retired, by a head or by a tombstone', () => {
    const retire = ({ keys }: Past): void =>
      keys.forEach((key, id) => keys.set(id, { ...key, retiredAt: '2025-12-31T23:58:00.000Z' }));
    expect(after(retire)).toEqual({ ...pass, intact: 'retired_key@3' });
    const expire = (past: SoundPast): void => {
      past.tombstones.push(tombstoneTo(at(past, 4)));
      past.records.splice(0, 4);
      past.runs.shift();
      retire(past);
    };
    expect(after(expire)).toEqual({ ...pass, intact: 'retired_key@1', complete: 'gap@1' });
  });

  it('names it where the signature does not fit, and where the head is not in the tree', () => {
    const spoil = (past: SoundPast): void =>
      void ((past.heads[1] as SignedHead).signature = (past.heads[0] as SignedHead).signature);
    expect(after(spoil)).toEqual({ ...pass, intact: 'unsigned@8' });
    const claim = (past: SoundPast): void => void ((past.heads[1] as SignedHead).head.hash = 'e'.repeat(64));
    expect(after(claim)).toEqual({ ...pass, intact: 'unproven@8' });
  });
});
