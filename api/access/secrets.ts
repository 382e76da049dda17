import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits as 43 characters that need no escaping anywhere. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a random token. It needs no slow hash: nobody can try 2^256 of them. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

const keyForm = /^ymk_([a-z0-9]{10})_[A-Za-z0-9_-]{43}$/;
const letters = 'abcdefghijklmnopqrstuvwxyz012345';

/** A new API key `ymk_<prefix>_<secret>`; the prefix may be shown for ever, the whole only once. */
export function newApiKey(): { key: string; prefix: string } {
  // 32 letters: five bits of each byte, so that none is likelier than another.
  const prefix = Array.from(randomBytes(10), (byte) => letters[byte % letters.length]).join('');
  return { key: `ymk_${prefix}_${randomToken()}`, prefix };
}

/** The prefix of a text that has the form of an API key, or null. */
export function keyPrefix(text: string): string | null {
  return keyForm.exec(text)?.[1] ?? null;
}

export function sameHash(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
