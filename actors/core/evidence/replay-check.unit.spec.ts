import { genesisHash } from '../hash-chain';
import { ReplayCheck } from './replay-check';
import { Findings, type Verdict } from './verdicts';

const start = { sequence: 0, hash: genesisHash };
const place = (sequence: number, hash = `h${sequence}`) => ({ sequence, hash });

/** Two runs of two records each; `made` is what the replay of the second one makes. */
function verdictOf(made: { sequence: number; hash: string }[], carried = place(2), records = 4): Verdict {
  const findings = new Findings('a1');
  const check = new ReplayCheck(start, findings);
  check.begin('r1', start);
  for (const sequence of [1, 2]) check.recomputed('r1', place(sequence));
  check.begin('r2', carried);
  for (const again of made) check.recomputed('r2', again);
  for (let sequence = 1; sequence <= records; sequence += 1) check.record(sequence, `h${sequence}`);
  check.finish(4);
  return findings.verdict('replayConsistent');
}

describe('what is recorded again', () => {
  it('passes where it is the very same', () => {
    expect(verdictOf([place(3), place(4)])).toEqual({ verdict: 'pass' });
  });

  it('names the first record that differs, and its run', () => {
    const made = [place(3, 'other'), place(4, 'another')];
    expect(verdictOf(made)).toMatchObject({ code: 'replay_differs', sequence: 3, runId: 'r2' });
  });

  it('names a record that the code makes and the ledger lacks, but one that it does not make, but none that was not told yet', () => {
    expect(verdictOf([place(3), place(4)], place(2), 3)).toMatchObject({ code: 'replay_differs', sequence: 4 });
    expect(verdictOf([place(3)])).toMatchObject({ code: 'replay_differs', sequence: 4 });
    expect(verdictOf([place(3), place(4), place(5)])).toEqual({ verdict: 'pass' });
  });

  it('demands that a run goes on where the one before it ended', () => {
    const found = verdictOf([place(3), place(4)], place(2, 'elsewhere'));
    expect(found).toMatchObject({ code: 'replay_unlinked', sequence: 3, runId: 'r2' });
  });

  it('can not tell where a run can not be replayed, and fails where its code does something else', () => {
    const findings = new Findings('a1');
    const check = new ReplayCheck(start, findings);
    check.skip('its bundle is missing');
    check.begin('r2', place(7));
    expect(findings.verdict('replayConsistent')).toEqual({
      verdict: 'not_checkable',
      message: 'its bundle is missing',
    });
    check.recomputed('r2', place(8));
    check.failed('r2', 'another command');
    expect(findings.verdict('replayConsistent')).toMatchObject({ code: 'replay_failed', sequence: 9, runId: 'r2' });
  });

  it('takes a run up where the records before it have expired', () => {
    const verdict = (expired: string): Verdict => {
      const findings = new Findings('a1');
      const check = new ReplayCheck(place(2, expired), findings);
      check.begin('r1', start);
      for (const sequence of [1, 2, 3]) check.recomputed('r1', place(sequence));
      check.record(3, 'h3');
      check.finish(3);
      return findings.verdict('replayConsistent');
    };
    expect(verdict('h2')).toEqual({ verdict: 'pass' });
    expect(verdict('other')).toMatchObject({ code: 'replay_differs', sequence: 2, runId: 'r1' });
  });
});
