/** What parts words, beside blanks. A table, because each byte of a log comes past it. */
const parts = new Uint8Array(256);
for (const character of ' \t\r') parts[character.charCodeAt(0)] = 1;
const digits = new Uint8Array(256);
for (const character of '0123456789') digits[character.charCodeAt(0)] = 1;

const prime = 0x01000193;
const anything = 0x3c2a3e;

/**
 * A number that is the same for lines that differ only in words with digits in them, and almost never for others: 32 bits of
 * FNV-1a over the words, beside how many there are.
 */
export function signatureOf(bytes: Uint8Array, start: number, end: number): number {
  let line = 0x811c9dc5;
  let word = 0x811c9dc5;
  let words = 0;
  let digit = 0;
  let length = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (parts[byte] === 1) {
      if (length > 0) {
        line = Math.imul(line ^ (digit === 1 ? anything : word), prime);
        words += 1;
      }
      word = 0x811c9dc5;
      digit = 0;
      length = 0;
    } else {
      digit |= digits[byte] as number;
      word = Math.imul(word ^ byte, prime);
      length += 1;
    }
  }
  if (length > 0) line = Math.imul(line ^ (digit === 1 ? anything : word), prime);
  return (line >>> 0) * 4096 + (words & 4095);
}
