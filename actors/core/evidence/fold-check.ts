import { evolveAgent, unborn, type AgentState } from '../agent-state';
import { hashOf } from '../hash-chain';
import type { AnyKind } from '../kind';
import type { Placed } from './chain-check';
import type { Findings } from './verdicts';

/** What somebody says that an agent was after a record. */
export interface StateClaim {
  sequence: number;
  /** SHA-256 of the canonical JSON of `of`. */
  hash: string;
  /** The whole agent, or what its mirror in Redis has of it. */
  of: 'agent' | 'mirror';
  /** Who says so, for the message. */
  source: string;
}

/** Folds an agent's records once more, and compares it with what others say that it was. */
export class FoldCheck {
  /** Claims that were found to be right. */
  agreed = 0;
  private readonly claims = new Map<number, StateClaim[]>();
  private agent: AgentState;
  private broken = false;

  /** @param before the agent as it was before its first record that is left; undefined where that is its birth */
  constructor(
    private readonly kind: AnyKind,
    agentId: string,
    before: AgentState | undefined,
    private readonly findings: Findings,
  ) {
    this.agent = before ?? unborn(kind, agentId);
  }

  /** To be called before the record of that sequence comes, or right after it. */
  expect(claim: StateClaim): void {
    if (claim.sequence === this.agent.sequence) this.compare(claim);
    else if (claim.sequence > this.agent.sequence) {
      this.claims.set(claim.sequence, [...(this.claims.get(claim.sequence) ?? []), claim]);
    }
  }

  record({ record }: Placed): void {
    // A gap or a record out of place is a finding of its own; what is folded over it means nothing.
    this.broken ||= record.sequence !== this.agent.sequence + 1;
    if (this.broken) return;
    try {
      this.agent = evolveAgent(this.kind, this.agent, record);
    } catch (error) {
      this.broken = true;
      this.differs(record.sequence, `record ${record.sequence} can not be folded: ${String(error)}`);
      return;
    }
    for (const claim of this.claims.get(record.sequence) ?? []) this.compare(claim);
    this.claims.delete(record.sequence);
  }

  /** To be called when all records have come. */
  finish(): void {
    if (this.agreed > 0 || this.broken) return;
    this.findings.doubt('replayConsistent', 'nothing is left that says what the state of the agent was');
  }

  private compare({ sequence, hash, of, source }: StateClaim): void {
    if (this.broken) return;
    if (hashOf(of === 'agent' ? this.agent : mirrorOf(this.agent)) === hash) this.agreed += 1;
    else this.differs(sequence, `the records up to ${sequence} fold to another state than ${source} has`);
  }

  private differs(sequence: number, message: string): void {
    this.findings.fault('replayConsistent', { code: 'state_differs', sequence, message });
  }
}

/** What an agent and its mirror in Redis both have. */
function mirrorOf(agent: AgentState): object {
  const { id, kind, name, status, state, config, configVersion, sequence, hash } = agent;
  return { id, kind, name, status, state, config, configVersion, sequence, hash };
}
