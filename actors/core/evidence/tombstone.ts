import { genesisHash } from '../hash-chain';
import { signatureFault, type EvidenceKey, type SignatureFault } from './signature';

/** What a tombstone signs of records that have expired; the canonical JSON of it is the text that is signed. */
export interface TombstoneBody {
  format: 'ymera-tombstone/1';
  /** The installation's UUID. */
  installation: string;
  agent: string;
  /** Sequences of the first and the last record that are gone. */
  from: number;
  to: number;
  /** `prevhash` of the first of them. */
  before: string;
  /** `hash` of the last of them. */
  last: string;
  /** How many there were. */
  records: number;
  /** The retention class by which they went. */
  class: string;
  /** ISO 8601 */
  time: string;
  keyId: string;
}

export interface SignedTombstone {
  /** Canonical JSON of a `TombstoneBody`. */
  body: string;
  /** base64 */
  signature: string;
}

/** Where an agent's records go on behind its tombstones, or the first thing wrong with these. */
export type Covered =
  | { sequence: number; hash: string; fault: null }
  | { sequence: number; fault: 'altered' | 'unlinked' | SignatureFault };

/**
 * Follows an agent's tombstones: they cover its chain from the first record on, each from the end of the one before.
 * @param tombstones oldest first
 * @param keys those that can be believed, by id
 * @returns sequence and hash of the last record covered; sequence 0 and 64 zeros where there is no tombstone
 */
export function followTombstones(
  { installation, agent }: { installation: string; agent: string },
  tombstones: readonly SignedTombstone[],
  keys: ReadonlyMap<string, EvidenceKey>,
): Covered {
  let [sequence, hash] = [0, genesisHash];
  for (const { body, signature } of tombstones) {
    const told = parsed(body);
    const first = sequence + 1;
    if (told?.installation !== installation || told.agent !== agent) return { sequence: first, fault: 'altered' };
    const unsound = signatureFault({ ...told, text: body, signature }, keys);
    if (unsound !== null) return { sequence: first, fault: unsound };
    const continues = told.from === first && told.before === hash && told.to >= told.from;
    if (!continues || told.records !== told.to - told.from + 1) return { sequence: first, fault: 'unlinked' };
    [sequence, hash] = [told.to, told.last];
  }
  return { sequence, hash, fault: null };
}

function parsed(body: string): TombstoneBody | null {
  try {
    const told = JSON.parse(body) as TombstoneBody | null;
    return told?.format === 'ymera-tombstone/1' ? told : null;
  } catch {
    return null;
  }
}
