/** A key that makes the retry of a call harmless. Random; also where `crypto.randomUUID` is not there, as over plain HTTP. */
export function idempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
