import { utf8ToBytes } from '@noble/hashes/utils.js';
import { genesisHash } from '../hash-chain';
import { canonicalText, sha256Hex } from '../canonical';
import { inclusionPath, inclusionPaths, leafHash, merkleRoot, rootOfPath } from './merkle';

/** Where an agent's chain stands: a leaf of a checkpoint's tree. */
export interface Head {
  agent: string;
  sequence: number;
  hash: string;
}

/** What a checkpoint signs; the canonical JSON of it is the text that is signed. */
export interface CheckpointBody {
  format: 'ymera-checkpoint/1';
  /** The installation's UUID. */
  installation: string;
  /** From 1, without a gap. */
  number: number;
  /** ISO 8601 */
  time: string;
  /** Hash of the body of the checkpoint before; 64 zeros for the first. */
  previous: string;
  /** Merkle root over the heads that have changed since the checkpoint before, sorted by agent. */
  root: string;
  /** How many heads. */
  size: number;
  keyId: string;
}

/** Shows that a head is under a checkpoint's root. */
export interface InclusionProof {
  checkpoint: number;
  /** Index of the leaf, from 0. */
  leaf: number;
  /** Leaves of the tree. */
  size: number;
  path: string[];
}

/** `previous` of the first checkpoint. */
export const firstPrevious = genesisHash;

/** SHA-256 of a checkpoint's body, which the next one names. */
export function checkpointHash(body: string): string {
  return sha256Hex(body);
}

/** The order of the leaves: by code units of the agent's id, the same in every place and language. */
export function byAgent(a: Pick<Head, 'agent'>, b: Pick<Head, 'agent'>): number {
  return a.agent < b.agent ? -1 : a.agent > b.agent ? 1 : 0;
}

function leafOf({ agent, hash, sequence }: Head): Uint8Array {
  return leafHash(utf8ToBytes(canonicalText({ agent, hash, sequence })));
}

/** The root over heads, which must be sorted by `byAgent`. */
export function headsRoot(heads: readonly Head[]): string {
  return merkleRoot(heads.map(leafOf));
}

/** @param leaf index of the head, from 0 @throws RangeError where there is no such leaf */
export function proveHead(checkpoint: number, heads: readonly Head[], leaf: number): InclusionProof {
  return { checkpoint, leaf, size: heads.length, path: inclusionPath(heads.map(leafOf), leaf) };
}

/** The same for several leaves, in the order asked for. @throws RangeError where there is no such leaf */
export function proveHeads(checkpoint: number, heads: readonly Head[], leaves: readonly number[]): InclusionProof[] {
  return inclusionPaths(heads.map(leafOf), leaves).map((path, i) => {
    return { checkpoint, leaf: leaves[i] as number, size: heads.length, path };
  });
}

/** Whether a proof leads from the head to the root of the checkpoint. */
export function isIncluded(
  head: Head,
  proof: InclusionProof,
  { number, root, size }: Pick<CheckpointBody, 'number' | 'root' | 'size'>,
): boolean {
  if (proof.checkpoint !== number || proof.size !== size) return false;
  return rootOfPath(leafOf(head), proof.leaf, proof.size, proof.path) === root;
}
