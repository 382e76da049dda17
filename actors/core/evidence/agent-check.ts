import type { EventRecord } from '../event';
import { genesisHash } from '../hash-chain';
import { ChainCheck, type Place, type Placed } from './chain-check';
import type { InclusionProof } from './checkpoint';
import { SignedCheck, type OpenedCheckpoint } from './signed-check';
import type { EvidenceKey } from './signature';
import { ToldCheck, type RunFacts } from './told-check';
import { followTombstones, type SignedTombstone } from './tombstone';
import { Findings, type Coverage } from './verdicts';

export interface AgentEvidence {
  agent: string;
  installation: string;
  /** Keys that can be believed, by id. */
  keys: ReadonlyMap<string, EvidenceKey>;
  /** Oldest first. */
  tombstones: readonly SignedTombstone[];
  /** Where the records begin, where those before are not looked at: tombstones count for nothing then. */
  from?: Place;
}

/**
 * The verdicts on one agent, but for *replay-consistent*, in memory that does not grow with its past. To be fed in this order,
 * for each run from the oldest to the newest: `run`, `tell` for each record that its history tells of, `claim` for the signed
 * heads up to `told`, `record` for the records up to `told`; then what is left of heads and records; then `finish`.
 */
export class AgentCheck {
  readonly findings: Findings;
  /** Where the records have to go on behind the tombstones. */
  readonly start: Place;
  private readonly chain: ChainCheck;
  private readonly histories: ToldCheck;
  private readonly signed: SignedCheck;

  constructor({ agent, installation, keys, tombstones, from }: AgentEvidence) {
    this.findings = new Findings(agent);
    const covered = from ? { ...from, fault: null } : followTombstones({ installation, agent }, tombstones, keys);
    if (covered.fault !== null) {
      const { fault, sequence } = covered;
      const message = `the tombstone that stands for the records from ${sequence} on is ${fault}`;
      this.findings.fault('intact', { code: fault, sequence, message });
      this.findings.fault('complete', {
        code: 'gap',
        sequence,
        message: `no sound tombstone stands for record ${sequence}`,
      });
    }
    const toldBy = tombstones.at(-1);
    this.start = covered.fault === null ? { sequence: covered.sequence, hash: covered.hash } : claimedEnd(toldBy);
    this.chain = new ChainCheck(agent, this.start, this.findings);
    this.histories = new ToldCheck(this.start.sequence, this.findings);
    this.signed = new SignedCheck(agent, this.findings);
  }

  /** Sequence up to which all is told that can be told: records up to there may come. */
  get told(): number {
    return this.histories.to;
  }

  /** Sequence and hash of the last record. */
  get head(): Place {
    return this.chain.head;
  }

  /** Begins the next raw history. */
  run(facts: RunFacts): void {
    this.histories.begin(facts);
  }

  /** No raw history can be had, and why. */
  noHistories(why: string): void {
    this.histories.absent(why);
  }

  /** All records have expired, and the raw histories with them: tombstones say that none is missing, and nothing says who did what. */
  noneLeft(): void {
    this.findings.doubt('attributed', 'no record is left: all have expired');
  }

  /** What the raw history tells of one record. @param sender see `ToldCheck.tell` */
  tell(record: EventRecord, sender: string | null): void {
    this.histories.tell(record, sender);
  }

  /** A head that was signed, lower sequences first. */
  claim(checkpoint: OpenedCheckpoint, head: Place, proof: InclusionProof): void {
    this.signed.claim(checkpoint, head, proof);
  }

  /** The next record, as it was found. @returns null where it has no place among the others */
  record(given: unknown): Placed | null {
    const placed = this.chain.record(given);
    if (placed) this.signed.record(this.chain, this.histories.record(placed));
    return placed;
  }

  /**
   * How far an agent that lives, or its mirror, says that it is.
   * @param hash of the record of that sequence, null where it is not known
   * @param source for the message
   */
  stands(sequence: number, hash: string | null, source: string): void {
    const { head } = this;
    if (sequence > head.sequence) {
      const message = `the records end at ${head.sequence}; ${source} is at ${sequence}`;
      this.findings.fault('complete', { code: 'cut', sequence: head.sequence + 1, message });
    } else if (sequence === head.sequence && hash !== null && hash !== head.hash) {
      const message = `record ${sequence} is not the one that ${source} has`;
      this.findings.fault('intact', { code: 'not_as_told', sequence, message });
    }
  }

  /** To be called when all has come. */
  finish(): void {
    this.chain.finish();
    this.histories.finish(this.head.sequence);
    this.signed.finish(this.head.sequence);
  }

  get coverage(): Coverage {
    const { records, from } = this.chain;
    return {
      records,
      from,
      to: records === 0 ? 0 : this.head.sequence,
      tombstonesTo: this.start.sequence,
      runs: this.histories.runs,
      checkpoints: this.signed.agreed,
      signedTo: this.signed.signedTo,
    };
  }
}

/** Where a tombstone that is not sound says that the records go on: they are read all the same. */
function claimedEnd(tombstone: SignedTombstone | undefined): Place {
  const none = { sequence: 0, hash: genesisHash };
  try {
    const { to, last } = JSON.parse(tombstone?.body ?? '') as { to?: unknown; last?: unknown };
    return Number.isSafeInteger(to) && typeof last === 'string' ? { sequence: to as number, hash: last } : none;
  } catch {
    return none;
  }
}
