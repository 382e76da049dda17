/** What an auditor is told of an agent's past: four verdicts, never one green light. */
export const verdictNames = ['intact', 'complete', 'attributed', 'replayConsistent'] as const;
export type VerdictName = (typeof verdictNames)[number];

/** Why a verdict is `fail`. */
export type FaultCode =
  /** What is there is not what was written. */
  | 'malformed'
  | 'altered'
  | 'unlinked'
  | 'out_of_order'
  | 'duplicate'
  | 'foreign'
  | 'not_as_signed'
  | 'not_as_told'
  | 'unsigned'
  | 'retired_key'
  | 'unproven'
  | 'history_altered'
  /** Something is missing, or too much. */
  | 'gap'
  | 'cut'
  | 'extra'
  | 'history_missing'
  /** Nobody is known to have asked for it. */
  | 'no_command'
  | 'wrong_principal'
  /** The code that ran would have recorded something else. */
  | 'replay_differs'
  | 'replay_failed'
  | 'replay_unlinked'
  | 'state_differs';

export interface Fault {
  code: FaultCode;
  agent: string;
  /** Of the first bad record. */
  sequence?: number;
  /** Of Temporal, where one run's raw history is what is bad. */
  runId?: string;
  message: string;
}

export type Verdict =
  { verdict: 'pass' } | ({ verdict: 'fail' } & Fault) | { verdict: 'not_checkable'; message: string };

export type Verdicts = Record<VerdictName, Verdict>;

/** What the verdicts are about. */
export interface Coverage {
  records: number;
  /** Sequences of the first and the last record that were read, 0 where there are none. */
  from: number;
  to: number;
  /** Sequence up to which signed tombstones stand for the records. */
  tombstonesTo: number;
  /** Raw histories read. */
  runs: number;
  /** Signed heads that agree with the records, and the sequence of the last of them. */
  checkpoints: number;
  signedTo: number;
}

/** Collects what speaks against each verdict, and keeps the first of it in the order of the records. */
export class Findings {
  private readonly faults = new Map<VerdictName, { fault: Fault; place: number }>();
  private readonly doubts = new Map<VerdictName, string>();

  constructor(private readonly agent: string) {}

  /** @param place where it counts among the records; that of `sequence` unless told */
  fault(name: VerdictName, fault: Omit<Fault, 'agent'>, place = fault.sequence ?? 0): void {
    const known = this.faults.get(name);
    if (!known || place < known.place) this.faults.set(name, { fault: { agent: this.agent, ...fault }, place });
  }

  /** Why a verdict can't be given; a fault outweighs it. */
  doubt(name: VerdictName, why: string): void {
    if (!this.doubts.has(name)) this.doubts.set(name, why);
  }

  has(name: VerdictName): boolean {
    return this.faults.has(name);
  }

  verdict(name: VerdictName): Verdict {
    const found = this.faults.get(name);
    if (found) return { verdict: 'fail', ...found.fault };
    const message = this.doubts.get(name);
    return message === undefined ? { verdict: 'pass' } : { verdict: 'not_checkable', message };
  }

  get verdicts(): Verdicts {
    return Object.fromEntries(verdictNames.map((name) => [name, this.verdict(name)])) as Verdicts;
  }
}
