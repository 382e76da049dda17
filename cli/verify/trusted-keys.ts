import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { keyIdOf, keyRing, type EvidenceKey } from '../../actors/core/evidence/signature';
import { Unreadable } from './unreadable';

/** Keys that can be believed, by id; what is wrong with the others; and on whose word the first of them is believed. */
export interface TrustedKeys {
  keys: ReadonlyMap<string, EvidenceKey>;
  fault: string | null;
  /** The keys given by hand; null: the bundle's own word is all there is. */
  pinned: string[] | null;
}

const keyIdPattern = /^[0-9a-f]{16}$/;

/**
 * @param given the bundle's `keys.json`, parsed
 * @param pins what `--key` says: ids of keys, or files with public keys; none: whatever the bundle brings is believed
 * @throws Unreadable where a pin is no key
 */
export function trustedKeys(given: unknown, pins: readonly string[]): TrustedKeys {
  const listed = Array.isArray(given) ? (given as EvidenceKey[]) : [];
  const ring = ringOf(listed);
  const fault = ring.fault ? `key ${ring.fault.keyId} of the bundle can't be believed: ${ring.fault.why}` : null;
  if (pins.length === 0) return { keys: ring.keys, fault, pinned: null };
  const pinned = pins.flatMap(keyIdsOf);
  const keys = new Map<string, EvidenceKey>();
  for (const key of ring.keys.values()) {
    const vouched = key.vouchedBy !== null && keys.has(key.vouchedBy);
    if (pinned.includes(key.keyId) || vouched) keys.set(key.keyId, key);
  }
  return { keys, fault, pinned };
}

/** What is no list of keys at all has none. */
function ringOf(listed: EvidenceKey[]): ReturnType<typeof keyRing> {
  try {
    return keyRing(listed);
  } catch {
    return { keys: new Map(), fault: { keyId: '?', why: 'keys.json is no list of keys' } };
  }
}

/** The ids that a pin stands for: itself, or those of the keys in a file (PEM, 32 bytes as base64, or as `evidence/keys` answers). */
function keyIdsOf(pin: string): string[] {
  if (keyIdPattern.test(pin)) return [pin];
  let text: string;
  try {
    text = readFileSync(pin, 'utf8').trim();
  } catch {
    throw new Unreadable(`--key ${pin}: neither the id of a key (16 hex digits) nor a file that can be read`);
  }
  try {
    return publicKeysIn(text).map(keyIdOf);
  } catch {
    throw new Unreadable(`--key ${pin}: there is no Ed25519 public key in it`);
  }
}

function publicKeysIn(text: string): Uint8Array[] {
  if (text.startsWith('{') || text.startsWith('[')) {
    const parsed = JSON.parse(text) as { keys?: { publicKey: string }[] } | { publicKey: string }[];
    const keys = Array.isArray(parsed) ? parsed : (parsed.keys ?? []);
    if (keys.length === 0) throw new Error('no keys');
    return keys.map(({ publicKey }) => rawKey(publicKey));
  }
  if (!text.startsWith('-----')) return [rawKey(text)];
  const { crv, x = '' } = createPublicKey(text).export({ format: 'jwk' });
  if (crv !== 'Ed25519') throw new Error('not Ed25519');
  return [Buffer.from(x, 'base64url')];
}

function rawKey(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 32) throw new Error('not 32 bytes');
  return bytes;
}
