import type { EventRecord } from '../actors/core/event';
import { checkChain } from '../actors/core/hash-chain';

/** A record on its way into the ledger. */
export interface Delivery {
  record: EventRecord;
  /** In the stream; null where it was read from the agent's history. */
  position: number | null;
}

/** Where an agent's ledger ends. */
export interface Head {
  sequence: number;
  hash: string;
}

/** Why a record is refused: its content or its link is wrong, or the ledger holds another one of that sequence. */
export type RecordFault = 'altered' | 'unlinked' | 'conflict';

/** What becomes of the records of one agent. */
export interface Fit {
  /** Continue the chain, in order. */
  accepted: Delivery[];
  /** Of a sequence that the ledger has, or that `accepted` brings: to be compared with the record there. */
  known: Delivery[];
  refused: { delivery: Delivery; fault: RecordFault }[];
  /** Can't be judged yet: records before them are missing. */
  later: Delivery[];
}

/** Sorts one agent's deliveries, which may come in any order and more than once, by what can be done with them. */
export function fitRecords(head: Head, deliveries: readonly Delivery[]): Fit {
  const fit: Fit = { accepted: [], known: [], refused: [], later: [] };
  let at = head;
  for (const delivery of [...deliveries].sort(bySequence)) {
    const { record } = delivery;
    if (isAltered(record)) fit.refused.push({ delivery, fault: 'altered' });
    else if (record.sequence <= at.sequence) fit.known.push(delivery);
    else if (record.sequence > at.sequence + 1) fit.later.push(delivery);
    else if (record.prevhash !== at.hash) fit.refused.push({ delivery, fault: 'unlinked' });
    else {
      fit.accepted.push(delivery);
      at = record;
    }
  }
  return fit;
}

/** What stands before the records that must wait: the first missing sequence and the last one, or null. */
export function gapOf(head: Head, fit: Fit): { from: number; to: number } | null {
  const last = fit.later.at(-1);
  if (!last) return null;
  return { from: (fit.accepted.at(-1)?.record.sequence ?? head.sequence) + 1, to: last.record.sequence - 1 };
}

/** Of the same sequence, those from the stream first: they have a position. */
function bySequence(a: Delivery, b: Delivery): number {
  return a.record.sequence - b.record.sequence || Number(a.position === null) - Number(b.position === null);
}

function isAltered(record: EventRecord): boolean {
  return checkChain([record], { sequence: record.sequence - 1, hash: record.prevhash }) !== null;
}
