import type { EventRecord } from '../event';
import { hashOf } from '../hash-chain';
import type { Findings } from './verdicts';

/** A place in a chain: the record of that sequence, and its hash. */
export interface Place {
  sequence: number;
  hash: string;
}

/** A record that has a place in the chain, and the hash that its content really has. */
export interface Placed {
  record: EventRecord;
  hash: string;
}

/** How many separate gaps are told apart; what is beyond is one long gap. */
const mostGaps = 1000;

/** Reads an agent's records one after the other: each must hash to what it says, follow the one before, and link to it. */
export class ChainCheck {
  records = 0;
  from = 0;
  /** Sequence from which on everything read hashes and links, up to `head`. */
  soundFrom: number;
  /** Sequence of the last record that does not link to the one before it; 0 where all do. */
  unlinkedAt = 0;
  private readonly gaps: { from: number; to: number }[] = [];

  /** @param head where the chain stands before the first record to come */
  constructor(
    private readonly agent: string,
    public head: Place,
    private readonly findings: Findings,
  ) {
    this.soundFrom = head.sequence + 1;
  }

  /** @returns null where it has no place in the chain: it is no record, or there is one of that sequence already */
  record(given: unknown): Placed | null {
    this.records += 1;
    const expected = this.head.sequence + 1;
    if (!isRecord(given)) return this.refuse('malformed', expected, `what stands for record ${expected} is no record`);
    const { sequence, hash: claimed, ...rest } = given;
    if (this.from === 0 || sequence < this.from) this.from = sequence;
    const hash = hashOf({ ...rest, sequence });
    const late = sequence < expected;
    if (late && !this.fillGap(sequence)) {
      return this.refuse('duplicate', sequence, `there is more than one record ${sequence}`);
    }
    this.checkContent(given, hash);
    if (late) {
      this.refuse('out_of_order', sequence, `record ${sequence} does not stand where it belongs`);
      return { record: given, hash };
    }
    if (sequence > expected) {
      this.noteGap(expected, sequence - 1);
      this.soundFrom = sequence;
    } else if (given.prevhash !== this.head.hash) {
      this.refuse('unlinked', sequence, `record ${sequence} does not link to the one before it`);
      this.soundFrom = sequence;
      this.unlinkedAt = sequence;
    }
    if (hash !== claimed) this.soundFrom = sequence + 1;
    this.head = { sequence, hash: claimed };
    return { record: given, hash };
  }

  /** To be called when there are no more records. */
  finish(): void {
    for (const { from, to } of this.gaps) {
      const message = from === to ? `record ${from} is missing` : `records ${from} to ${to} are missing`;
      this.findings.fault('complete', { code: 'gap', sequence: from, message });
    }
  }

  private checkContent({ sequence, id, source, hash: claimed }: EventRecord, hash: string): void {
    if (hash !== claimed) {
      this.refuse('altered', sequence, `record ${sequence} does not hash to what it says: it was altered`);
    }
    if (source !== `/agents/${this.agent}` || id !== `${this.agent}:${sequence}`) {
      this.refuse('foreign', sequence, `record ${sequence} says that it belongs to another agent`);
    }
  }

  private refuse(
    code: 'malformed' | 'duplicate' | 'altered' | 'foreign' | 'out_of_order' | 'unlinked',
    sequence: number,
    message: string,
  ): null {
    this.findings.fault('intact', { code, sequence, message });
    return null;
  }

  private noteGap(from: number, to: number): void {
    const last = this.gaps.at(-1);
    if (last && this.gaps.length >= mostGaps) last.to = to;
    else this.gaps.push({ from, to });
  }

  /** @returns whether it was missing until now */
  private fillGap(sequence: number): boolean {
    const index = this.gaps.findIndex(({ from, to }) => from <= sequence && sequence <= to);
    const gap = this.gaps[index];
    if (!gap) return false;
    const rest = [
      { from: gap.from, to: sequence - 1 },
      { from: sequence + 1, to: gap.to },
    ];
    this.gaps.splice(index, 1, ...rest.filter(({ from, to }) => from <= to));
    return true;
  }
}

function isRecord(given: unknown): given is EventRecord {
  if (typeof given !== 'object' || given === null) return false;
  const { sequence, hash, prevhash, id, source, type } = given as Partial<EventRecord>;
  const texts = [hash, prevhash, id, source, type];
  return Number.isSafeInteger(sequence) && (sequence as number) > 0 && texts.every((text) => typeof text === 'string');
}
