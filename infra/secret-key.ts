/** Parts of keys that people copy out of examples. */
const placeholders =
  /change.?(me|this|it)|your.?(secret|key|own)|example|placeholder|replace|insert|default|password|passwort|secret.?key|super.?secret|my.?secret|not.?(so.?)?secret|a key of a test|for.?(test|dev|demo)|development|django-insecure|qwerty|letmein|ymera|lorem|abcdefgh|12345678|0123456789/i;

/** A key of 32 random hex digits has some 14 different ones, and comes to some 110 bits by how often each is there. */
const leastDistinct = 8;
const leastBits = 90;

/**
 * Why a key could be guessed, or null where nothing is wrong with it. It is never part of the answer.
 * @param key 32 characters or more
 */
export function weaknessOf(key: string): string | null {
  if (placeholders.test(key)) return 'is a known placeholder, or holds one';
  if (/^(.{1,16}?)\1+.{0,15}$/s.test(key)) return 'repeats itself';
  const counts = [...key].reduce((seen, char) => seen.set(char, (seen.get(char) ?? 0) + 1), new Map<string, number>());
  const bits = [...counts.values()].reduce((sum, n) => sum - n * Math.log2(n / key.length), 0);
  if (counts.size < leastDistinct || bits < leastBits) return 'is not random enough';
  return null;
}
