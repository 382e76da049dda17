import { systemPrincipalPrefix } from '../command';
import type { EventRecord } from '../event';
import { hashOf } from '../hash-chain';
import type { Placed } from './chain-check';
import type { Findings } from './verdicts';

/** One run of an agent's workflow, as its archived raw history has it. */
export interface RunFacts {
  runId: string;
  /** The run that continued as this one, and the one that this one continued as; null where there is none. */
  previousRunId: string | null;
  nextRunId: string | null;
  /** Whether the run before it did not continue as this one, but was backed up, and the agent made again from that. */
  restored?: boolean;
  /** False where its history was taken while it went on. */
  closed: boolean;
  /** Sequences of the first record that it tells of and of the last; `last < first` where it made none. */
  firstSequence: number;
  lastSequence: number;
  /** False where its bytes do not hash to what was noted when they were archived. */
  sound: boolean;
  /** Why what it tells of can't be read, or null. */
  unreadable: string | null;
}

interface Told {
  hash: string;
  commandid: string;
  /** Of the command that made it; null where the agent's own workflow recorded it by itself. */
  sender: string | null;
  own: string;
  runId: string;
}

/** Where a record is not what a raw history tells of it. */
export interface Difference {
  sequence: number;
  runId: string;
}

/**
 * What the raw histories tell of an agent's records, run after run, beside the records themselves. It keeps what is told and
 * not yet seen, so records are to come as soon as `to` has reached them.
 */
export class ToldCheck {
  runs = 0;
  private readonly window = new Map<number, Told>();
  private run: RunFacts | null = null;
  /** Sequence of the last record. */
  private seen = 0;

  /** @param to sequence up to which all is told, holes included */
  constructor(
    public to: number,
    private readonly findings: Findings,
  ) {}

  /** Begins the next run, the oldest first. */
  begin(run: RunFacts): void {
    const { run: before } = this;
    this.run = run;
    this.runs += 1;
    const { runId, firstSequence, lastSequence, sound, unreadable } = run;
    const first = this.to + 1;
    if (run.restored && before && !before.closed) {
      this.findings.doubt(
        'complete',
        `the agent was made again out of a backup, taken while run ${before.runId} was open: what it has done after that is not here`,
      );
    }
    const broken = brokenLink(before, run, this.to);
    if (broken) this.missing(broken.runId, first, broken.what);
    else if (firstSequence > first && !before?.unreadable)
      this.missing(runId, first, 'does not begin where the one before it ended');
    this.hole(firstSequence - 1);
    for (const sequence of this.window.keys()) if (sequence <= this.seen) this.window.delete(sequence);
    if (!sound) {
      const message = `the raw history of run ${runId} (records ${firstSequence} to ${lastSequence}) was altered after it was archived`;
      this.findings.fault('intact', { code: 'history_altered', runId, message }, firstSequence);
    }
    const why = sound ? unreadable : 'it was altered';
    if (why !== null) {
      this.doubt(`the raw history of run ${runId} tells nothing: ${why}`);
      this.hole(lastSequence);
    }
  }

  /**
   * What the run that was begun last tells of one record.
   * @param sender principal of the command by that record's `commandid` which the same history holds, null where it holds none
   */
  tell({ hash: _hash, ...content }: EventRecord, sender: string | null): void {
    const { sequence, commandid, principal } = content;
    const runId = this.run?.runId ?? '';
    const hash = hashOf(content);
    const known = this.window.get(sequence);
    if (known && known.hash !== hash) {
      const message = `the raw histories of runs ${known.runId} and ${runId} tell of different records ${sequence}`;
      this.findings.fault('intact', { code: 'history_altered', sequence, runId, message });
    }
    // What was told once may come again with what carried it on.
    if (known || sequence <= this.to) return;
    this.window.set(sequence, { hash, commandid, sender, own: principal, runId });
    while (this.window.has(this.to + 1)) this.to += 1;
  }

  /** Compares a record with what was told of it. @returns where they are not the same */
  record({ record, hash }: Placed): Difference | null {
    const { sequence } = record;
    this.seen = Math.max(this.seen, sequence);
    const told = this.window.get(sequence);
    if (told) {
      this.window.delete(sequence);
      this.attribute(record, told);
      return told.hash === hash ? null : { sequence, runId: told.runId };
    }
    if (sequence > this.to && !this.endsEarly()) {
      const message = `record ${sequence} is in the ledger, and no raw history tells of it`;
      this.findings.fault('complete', { code: 'extra', sequence, message });
      this.findings.fault('attributed', { code: 'no_command', sequence, message });
    }
    return null;
  }

  /** No raw history can be had at all. */
  absent(why: string): void {
    this.doubt(why);
    this.hole(Infinity);
  }

  /** To be called when there are no more runs and records. @param last sequence of the last record */
  finish(last: number): void {
    this.endsEarly();
    const ahead = [...this.window.keys()].filter((sequence) => sequence > last);
    if (ahead.length === 0) return;
    const message = `the records end at ${last}; the raw histories tell of ${Math.max(...ahead)}`;
    this.findings.fault('complete', { code: 'cut', sequence: last + 1, message });
  }

  /** Whether the newest run is missing: nothing tells of what comes then. */
  private endsEarly(): boolean {
    const next = this.run?.closed ? this.run.nextRunId : null;
    if (next === null) return false;
    this.missing(next, this.to + 1);
    this.hole(Infinity);
    return true;
  }

  private attribute({ sequence, principal, commandid }: EventRecord, told: Told): void {
    const fault = (code: 'no_command' | 'wrong_principal', message: string): void =>
      this.findings.fault('attributed', { code, sequence, message });
    if (!principal || !commandid) return fault('no_command', `record ${sequence} names no principal or no command`);
    if (told.sender !== null) {
      if (commandid === told.commandid && principal === told.sender) return;
      return fault('wrong_principal', `record ${sequence} names another principal or command than the raw history`);
    }
    // What a workflow has seen happen by itself.
    if (principal === told.own && principal.startsWith(systemPrincipalPrefix)) return;
    fault('no_command', `the raw history has no command ${commandid} that ${principal} sent`);
  }

  private missing(runId: string, from: number, what = 'is missing'): void {
    const message = `the raw history of run ${runId} ${what}`;
    this.findings.fault('complete', { code: 'history_missing', runId, sequence: from, message });
    this.findings.doubt('attributed', message);
  }

  private doubt(why: string): void {
    this.findings.doubt('complete', why);
    this.findings.doubt('attributed', why);
  }

  /** Nothing readable tells of what comes before and up to there. */
  private hole(to: number): void {
    this.to = Math.max(this.to, to);
  }
}

/** Which run is missing between two that follow each other in the archive, or null where none is. @param told how far all is told */
function brokenLink(before: RunFacts | null, run: RunFacts, told: number): { runId: string; what: string } | null {
  const { runId, previousRunId, firstSequence } = run;
  if (!before) {
    // What came before the first one may have expired; a tombstone stands for it then.
    const expired = told > 0 && firstSequence <= told + 1;
    return previousRunId === null || expired ? null : { runId: previousRunId, what: 'is missing' };
  }
  if (run.restored && previousRunId === before.runId && before.nextRunId === null) return null;
  if (before.nextRunId === runId && previousRunId === before.runId) return null;
  if (!before.closed && previousRunId === before.runId) return { runId: before.runId, what: 'ends before the run did' };
  return { runId: before.nextRunId ?? previousRunId ?? runId, what: 'is missing' };
}
