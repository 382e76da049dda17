import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';

/** The RFC 8785 canonical JSON of a JSON value: what is signed and hashed is the UTF-8 of it. */
export function canonicalText(value: unknown): string {
  return canonicalize(value) ?? 'null';
}

/** Lower-case hex SHA-256 of bytes, or of the UTF-8 of a text. */
export function sha256Hex(of: Uint8Array | string): string {
  return bytesToHex(sha256(typeof of === 'string' ? utf8ToBytes(of) : of));
}
