import type { Place } from './chain-check';
import type { Findings } from './verdicts';

/** Compares what the archived code recorded when it was replayed with the records, run after run. */
export class ReplayCheck {
  private readonly window = new Map<number, { hash: string; runId: string }>();
  /** The last record that was made again, where the next run has to go on; null where that is not known. */
  private last: Place | null;

  /** @param start where the chain stands before the first record that is left; the first run may have begun before that */
  constructor(
    private readonly start: Place,
    private readonly findings: Findings,
  ) {
    this.last = start;
  }

  /** A run can't be replayed, and why. */
  skip(why: string): void {
    this.findings.doubt('replayConsistent', why);
    this.last = null;
  }

  /**
   * A run is about to be replayed.
   * @param carried where it says that the chain stood when it began
   */
  begin(runId: string, carried: Place): void {
    const { last, start } = this;
    this.last = carried;
    if (last === start && carried.sequence < start.sequence) return;
    if (!last || (carried.sequence === last.sequence && carried.hash === last.hash)) return;
    const message = `run ${runId} goes on from another record ${carried.sequence} than the one ${last.sequence} that the run before it ends at when it is replayed`;
    this.fault('replay_unlinked', Math.min(last.sequence, carried.sequence) + 1, runId, message);
  }

  /** What the replay of a run has recorded. */
  recomputed(runId: string, { sequence, hash }: Place): void {
    const { start } = this;
    this.last = { sequence, hash };
    if (sequence === start.sequence && hash !== start.hash) {
      const message = `replaying run ${runId}, its code makes another record ${sequence} than the one that has expired`;
      this.fault('replay_differs', sequence, runId, message);
    }
    if (sequence <= start.sequence) return;
    this.window.set(sequence, { hash, runId });
  }

  /** The run could not be replayed to its end: the code does something else than what its history tells. */
  failed(runId: string, why: string): void {
    this.fault('replay_failed', (this.last?.sequence ?? 0) + 1, runId, `replaying run ${runId} fails: ${why}`);
    this.last = null;
  }

  /** A record, in its turn. @param hash that of its content */
  record(sequence: number, hash: string): void {
    const made = this.window.get(sequence);
    this.window.delete(sequence);
    if (!made || made.hash === hash) return;
    const message = `replaying run ${made.runId}, its code makes another record ${sequence}`;
    this.fault('replay_differs', sequence, made.runId, message);
  }

  /**
   * To be called when all records have come that there are.
   * @param told sequence of the last record that the histories tell of: what a run has made and not yet said is none yet
   */
  finish(told: number): void {
    const { last } = this;
    if (last && last.sequence < told) {
      const message = `when all runs are replayed, their code makes no record ${last.sequence + 1}`;
      this.findings.fault('replayConsistent', { code: 'replay_differs', sequence: last.sequence + 1, message });
    }
    for (const [sequence, { runId }] of this.window) {
      if (sequence > told) continue;
      const message = `replaying run ${runId}, its code makes a record ${sequence}, which there is not`;
      this.fault('replay_differs', sequence, runId, message);
    }
  }

  private fault(
    code: 'replay_differs' | 'replay_failed' | 'replay_unlinked',
    sequence: number,
    runId: string,
    message: string,
  ): void {
    this.findings.fault('replayConsistent', { code, sequence, runId, message });
  }
}
