import { createSecretKey, type KeyObject } from 'node:crypto';

/** One key by which payloads are encrypted. A `KeyObject` shows nothing of itself where it is logged. */
export interface EncryptionKey {
  id: string;
  key: KeyObject;
}

/** The id, and exactly 32 bytes of base64: 42 characters of six bits, one of four, and the filling. */
const entry = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)$/;

/**
 * The keys of a list `id:base64,id:base64`, in its order: the first one encrypts, all of them decrypt.
 * @returns null where the list is no such one, or names an id twice
 */
export function parseEncryptionKeys(list: string): EncryptionKey[] | null {
  const keys: EncryptionKey[] = [];
  for (const text of list.split(',')) {
    const [, id, secret] = entry.exec(text.trim()) ?? [];
    if (id === undefined || secret === undefined || keys.some((known) => known.id === id)) return null;
    keys.push({ id, key: createSecretKey(secret, 'base64') });
  }
  return keys;
}
