import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';

/** Merkle trees as in RFC 6962, section 2.1: leaves and nodes are hashed apart, so that neither passes for the other. */

/** SHA-256(0x00 ‖ bytes) */
export function leafHash(bytes: Uint8Array): Uint8Array {
  return sha256(concatBytes(Uint8Array.of(0), bytes));
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(Uint8Array.of(1), left, right));
}

/** The next level up; the last one of an odd number goes up as it is. */
function paired(level: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = [level[i] as Uint8Array, level[i + 1]];
    above.push(right ? nodeHash(left, right) : left);
  }
  return above;
}

/** The root over leaf hashes, as hex; that of no leaves is the hash of nothing. */
export function merkleRoot(leaves: readonly Uint8Array[]): string {
  let level = leaves;
  while (level.length > 1) level = paired(level);
  return bytesToHex(level[0] ?? sha256(new Uint8Array()));
}

/**
 * What leads from one leaf to the root: the hashes that its way up is paired with, the lowest first, as hex.
 * @param leaf index from 0
 * @throws RangeError where there is no such leaf
 */
export function inclusionPath(leaves: readonly Uint8Array[], leaf: number): string[] {
  if (!Number.isInteger(leaf) || leaf < 0 || leaf >= leaves.length) throw new RangeError(`there is no leaf ${leaf}`);
  const path: string[] = [];
  let level = leaves;
  for (let i = leaf; level.length > 1; i = Math.floor(i / 2)) {
    const sibling = level[i % 2 === 0 ? i + 1 : i - 1];
    if (sibling) path.push(bytesToHex(sibling));
    level = paired(level);
  }
  return path;
}

/**
 * The root that a path leads to from a leaf hash, as hex.
 * @param size how many leaves the tree has
 * @returns null where no tree of that size has such a path
 */
export function rootOfPath(hash: Uint8Array, leaf: number, size: number, path: readonly string[]): string | null {
  if (![leaf, size].every(Number.isInteger) || leaf < 0 || leaf >= size) return null;
  let root = hash;
  let used = 0;
  for (let [i, width] = [leaf, size]; width > 1; [i, width] = [Math.floor(i / 2), Math.ceil(width / 2)]) {
    // Alone at the end of its level: it goes up as it is.
    if (i % 2 === 0 && i + 1 === width) continue;
    const text = path[used++];
    if (text === undefined || !/^[0-9a-f]{64}$/.test(text)) return null;
    const sibling = hexToBytes(text);
    root = i % 2 === 0 ? nodeHash(root, sibling) : nodeHash(sibling, root);
  }
  return used === path.length ? bytesToHex(root) : null;
}
