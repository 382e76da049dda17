import type { Head } from '../../actors/core/evidence/checkpoint';
import { checkChain, genesisHash } from '../../actors/core/hash-chain';
import type { MovedHead } from '../../projections/queries/evidence-checkpoints';
import { readEvents } from '../../projections/queries/events';
import type { Queryable } from '../../projections/queries/queryable';

const batchSize = 500;

/** The first thing wrong with what has come to a chain since its head was signed. */
export interface HeadFault {
  sequence: number;
  fault: 'altered' | 'unlinked' | 'gap' | 'cut';
}

/**
 * Checks the records between the head that was signed last and the new one, batch by batch.
 * @returns null where they lead from the one to the other
 */
export async function faultOfHead(db: Queryable, { head, signed }: MovedHead): Promise<HeadFault | null> {
  const start: Omit<Head, 'agent'> = signed ?? { sequence: 0, hash: genesisHash };
  if (head.sequence < start.sequence) return { sequence: head.sequence + 1, fault: 'cut' };
  let after = start;
  while (after.sequence < head.sequence) {
    const records = await readEvents(db, head.agent, after.sequence + 1, head.sequence, batchSize);
    const last = records.at(-1);
    if (!last) return { sequence: after.sequence + 1, fault: 'gap' };
    const fault = checkChain(records, after);
    if (fault) return fault;
    after = last;
  }
  return after.hash === head.hash ? null : { sequence: head.sequence, fault: 'altered' };
}
