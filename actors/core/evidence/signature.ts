import { ed25519 } from '@noble/curves/ed25519.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { base64 } from '@scure/base';
import { canonicalText, sha256Hex } from '../canonical';

/** A public key of an installation, as it is served and exported. */
export interface EvidenceKey {
  /** The first 16 hex digits of the SHA-256 of the public key. */
  keyId: string;
  /** 32 bytes, base64. */
  publicKey: string;
  /** ISO 8601 */
  createdAt: string;
  retiredAt: string | null;
  /** The key before, and its signature (base64) over `voucherBody` of this one; null for the first. */
  vouchedBy: string | null;
  voucher: string | null;
}

/** Who signs: the keeper alone holds one. */
export interface Signer {
  keyId: string;
  /** Ed25519 over the UTF-8 of `text`, 64 bytes. */
  sign(text: string): Uint8Array;
}

/** The id of a public key of 32 bytes. */
export function keyIdOf(publicKey: Uint8Array): string {
  return sha256Hex(publicKey).slice(0, 16);
}

/** Canonical JSON that the key before signs to vouch for a new one. */
export function voucherBody({ keyId, publicKey, createdAt }: EvidenceKey): string {
  return canonicalText({ format: 'ymera-key/1', keyId, publicKey, createdAt });
}

/**
 * Whether an Ed25519 signature (RFC 8032, strict) over the UTF-8 of `text` is that of the key. Never throws.
 * @param signature base64 of 64 bytes
 * @param publicKey base64 of 32 bytes
 */
export function isSigned(text: string, signature: string, publicKey: string): boolean {
  try {
    return ed25519.verify(base64.decode(signature), utf8ToBytes(text), base64.decode(publicKey), { zip215: false });
  } catch {
    return false;
  }
}

/** How far the clock of a host that signs may be ahead of that of the host where its key was retired. */
const mostSkewMs = 60_000;

/** Something that an installation has signed, and what that says of itself. */
export interface Signed {
  text: string;
  /** base64 */
  signature: string;
  keyId: string;
  /** When it was signed, ISO 8601. */
  time: string;
}

/** What is wrong with a signature: no key that can be believed has made it, or one has that had no business to any more. */
export type SignatureFault = 'unsigned' | 'retired_key';

/**
 * Checks who has signed, and that the key was still in use then. A time that can't be read is after any retirement.
 * @param keys those that can be believed, by id, as a `KeyRing` has them
 */
export function signatureFault(
  { text, signature, keyId, time }: Signed,
  keys: ReadonlyMap<string, EvidenceKey>,
): SignatureFault | null {
  const key = keys.get(keyId);
  if (!key || !isSigned(text, signature, key.publicKey)) return 'unsigned';
  return key.retiredAt === null || isWithin(time, key.retiredAt) ? null : 'retired_key';
}

function isWithin(time: string, retiredAt: string): boolean {
  return Date.parse(time) <= Date.parse(retiredAt) + mostSkewMs;
}

/** Keys that can be believed, by id, and the first that can't, with why. A key is retired when it vouches for the next one. */
export interface KeyRing {
  keys: ReadonlyMap<string, EvidenceKey>;
  fault: { keyId: string; why: string } | null;
}

/**
 * Which keys chain by vouchers to the first one, the only one that nobody vouches for. Who wants to be sure compares the
 * first one's id with what the installation's owner has told them.
 * @param listed in the order in which they were made
 */
export function keyRing(listed: readonly EvidenceKey[]): KeyRing {
  const keys = new Map<string, EvidenceKey>();
  for (const key of listed) {
    const why = faultOf(key, keys);
    if (why !== null) return { keys, fault: { keyId: key.keyId, why } };
    keys.set(key.keyId, key);
    const before = key.vouchedBy === null ? undefined : keys.get(key.vouchedBy);
    if (before) keys.set(before.keyId, { ...before, retiredAt: earlier(before.retiredAt, key.createdAt) });
  }
  return { keys, fault: null };
}

function faultOf(key: EvidenceKey, before: ReadonlyMap<string, EvidenceKey>): string | null {
  if (!isIdOf(key)) return 'its id is not that of its bytes';
  if (before.has(key.keyId)) return 'it is listed twice';
  if (before.size === 0) return key.vouchedBy === null ? null : 'the key that vouches for it is missing';
  const voucher = key.vouchedBy === null ? undefined : before.get(key.vouchedBy);
  if (!voucher || key.voucher === null) return 'no key before it vouches for it';
  const others = [...before.values()].filter(({ vouchedBy }) => vouchedBy === voucher.keyId);
  if (others.length > 0) return 'the key that vouches for it had vouched for another one before';
  return isSigned(voucherBody(key), key.voucher, voucher.publicKey)
    ? null
    : 'its voucher is not signed by the key named';
}

/** What the next key says is signed; what the retired one says of itself is not. */
function earlier(retiredAt: string | null, next: string): string {
  return retiredAt !== null && Date.parse(retiredAt) < Date.parse(next) ? retiredAt : next;
}

function isIdOf({ keyId, publicKey }: EvidenceKey): boolean {
  try {
    const bytes = base64.decode(publicKey);
    return bytes.length === 32 && keyIdOf(bytes) === keyId;
  } catch {
    return false;
  }
}
