import type { ChainCheck, Place } from './chain-check';
import { isIncluded, type CheckpointBody, type InclusionProof } from './checkpoint';
import { signatureFault, type EvidenceKey, type SignatureFault } from './signature';
import type { Difference } from './told-check';
import type { Findings } from './verdicts';

/** A checkpoint's body, where it can be read, and what is wrong with it. */
export interface OpenedCheckpoint {
  body: CheckpointBody | null;
  fault: { code: SignatureFault; what: string } | null;
}

/**
 * Reads a checkpoint and checks who signed it.
 * @param signature base64
 * @param keys those that can be believed, by id
 */
export function openCheckpoint(
  { body: text, signature }: { body: string; signature: string },
  installation: string,
  keys: ReadonlyMap<string, EvidenceKey>,
): OpenedCheckpoint {
  const body = parsed(text);
  const unsigned = (what: string): OpenedCheckpoint => ({ body, fault: { code: 'unsigned', what } });
  if (!body) return unsigned('can not be read');
  const { keyId, time } = body;
  if (body.installation !== installation) return unsigned('is of another installation');
  if (!keys.has(keyId)) return unsigned(`is signed by key ${keyId}, which is not one of the installation's`);
  const code = signatureFault({ text, signature, keyId, time }, keys);
  if (code === 'unsigned') return unsigned(`is not signed by key ${keyId}`);
  return { body, fault: code && { code, what: `is signed by key ${keyId} after that was retired` } };
}

/** Compares an agent's records with the heads of its chain that were signed. */
export class SignedCheck {
  /** Signed heads that agree with the records. */
  agreed = 0;
  signedTo = 0;
  private waiting: (Place & { checkpoint: number })[] = [];
  private differs: Difference | null = null;

  constructor(
    private readonly agent: string,
    private readonly findings: Findings,
  ) {}

  /** A head of the chain that a checkpoint has signed, those of lower sequences first; before the record itself comes. */
  claim({ body, fault }: OpenedCheckpoint, { sequence, hash }: Place, proof: InclusionProof): void {
    const checkpoint = proof.checkpoint;
    const what = `checkpoint ${checkpoint}, which signs record ${sequence},`;
    if (fault !== null) {
      this.findings.fault('intact', { code: fault.code, sequence, message: `${what} ${fault.what}` });
    } else if (!body || !isIncluded({ agent: this.agent, sequence, hash }, proof, body)) {
      this.findings.fault('intact', { code: 'unproven', sequence, message: `${what} does not have it in its tree` });
    } else {
      this.waiting.push({ sequence, hash, checkpoint });
    }
  }

  /**
   * After the chain has taken a record in.
   * @param difference where it is not what a raw history tells of it: which of the two was changed, the next signed head says
   */
  record({ head, soundFrom, unlinkedAt }: ChainCheck, difference: Difference | null): void {
    this.differs ??= difference;
    while (this.waiting[0] && this.waiting[0].sequence < head.sequence) this.waiting.shift();
    while (this.waiting[0]?.sequence === head.sequence) {
      const signed = this.waiting.shift() as Place & { checkpoint: number };
      if (signed.hash === head.hash && soundFrom <= head.sequence) this.agrees(head, soundFrom, unlinkedAt);
      else this.disagrees(signed);
    }
  }

  /** To be called when there are no more records. @param last sequence of the last one */
  finish(last: number): void {
    this.blameRecord();
    const beyond = this.waiting.filter(({ sequence }) => sequence > last).at(-1);
    if (!beyond) return;
    const message = `the records end at ${last}; checkpoint ${beyond.checkpoint} has signed record ${beyond.sequence}`;
    this.findings.fault('complete', { code: 'cut', sequence: last + 1, message });
  }

  private agrees({ sequence }: Place, soundFrom: number, unlinkedAt: number): void {
    // All from `soundFrom` to here is what was signed, so it is the record before it that is another one.
    if (unlinkedAt === soundFrom && unlinkedAt > this.signedTo) {
      const message = `record ${soundFrom - 1} is not the one that was signed: the signed record after it links to another`;
      this.findings.fault('intact', { code: 'not_as_signed', sequence: soundFrom - 1, message });
    }
    const { differs } = this;
    if (differs && differs.sequence >= soundFrom) {
      const message = `the raw history of run ${differs.runId} tells of another record ${differs.sequence} than the one that was signed`;
      this.findings.fault('intact', { code: 'history_altered', ...differs, message });
      this.differs = null;
    }
    this.blameRecord();
    this.agreed += 1;
    this.signedTo = sequence;
  }

  private disagrees({ sequence, checkpoint }: Place & { checkpoint: number }): void {
    const message = `record ${sequence} is not the one that checkpoint ${checkpoint} has signed; what was changed is after record ${this.signedTo}`;
    this.findings.fault('intact', { code: 'not_as_signed', sequence, message });
    this.blameRecord();
  }

  private blameRecord(): void {
    const { differs } = this;
    if (!differs) return;
    const message = `record ${differs.sequence} is not the one that the raw history of run ${differs.runId} tells of`;
    this.findings.fault('intact', { code: 'not_as_told', sequence: differs.sequence, message });
    this.differs = null;
  }
}

function parsed(text: string): CheckpointBody | null {
  try {
    const body = JSON.parse(text) as CheckpointBody | null;
    return body?.format === 'ymera-checkpoint/1' ? body : null;
  } catch {
    return null;
  }
}
