import type { Pool } from 'pg';
import type { Place } from '../../actors/core/evidence/chain-check';
import { proveHead, type Head, type InclusionProof } from '../../actors/core/evidence/checkpoint';
import type { EvidenceKey } from '../../actors/core/evidence/signature';
import { openCheckpoint, type OpenedCheckpoint } from '../../actors/core/evidence/signed-check';
import { headsUnder, signedHeads } from '../../projections/queries/evidence-heads';

const pageSize = 500;
/** Checkpoints kept opened: agents verified one after the other often share them. */
const mostKept = 1000;

/** A head that was signed, with what shows it. */
export interface Claim {
  checkpoint: OpenedCheckpoint;
  head: Place;
  proof: InclusionProof;
}

interface Kept {
  opened: OpenedCheckpoint;
  heads: Head[];
}

/** The signed heads of agents, as the database has them; each checkpoint is opened once. */
export class SignedHeads {
  private readonly kept = new Map<number, Kept>();

  constructor(
    private readonly pool: Pool,
    private readonly installation: string,
    private readonly keys: ReadonlyMap<string, EvidenceKey>,
  ) {}

  /** Those of an agent after a sequence, in the order of its records. */
  async *of(agentId: string, after: number): AsyncGenerator<Claim, void> {
    for (let from = after; ;) {
      const page = await signedHeads(this.pool, agentId, from, pageSize);
      for (const { checkpoint: number, leaf, sequence, hash, ...signed } of page) {
        const { opened, heads } = await this.open(number, signed);
        yield { checkpoint: opened, head: { sequence, hash }, proof: proofOf(number, heads, leaf) };
      }
      const last = page.at(-1);
      if (!last || page.length < pageSize) return;
      from = last.sequence;
    }
  }

  private async open(number: number, signed: { body: string; signature: string }): Promise<Kept> {
    const known = this.kept.get(number);
    if (known) return known;
    const opened = openCheckpoint(signed, this.installation, this.keys);
    const made = { opened, heads: await headsUnder(this.pool, number) };
    const [oldest] = this.kept.keys();
    if (this.kept.size >= mostKept && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(number, made);
    return made;
  }
}

/** Where leaves are missing there is none: one that proves nothing stands for it. */
function proofOf(number: number, heads: readonly Head[], leaf: number): InclusionProof {
  return leaf < heads.length
    ? proveHead(number, heads, leaf)
    : { checkpoint: number, leaf, size: heads.length, path: [] };
}
