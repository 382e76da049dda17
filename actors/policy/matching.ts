/**
 * Whether the whole of `text` fits: `*` stands for any characters, `?` for one. Only the last `*` is ever gone back to,
 * so that the work is at most the product of the two lengths, whatever the pattern.
 */
export function matches(glob: string, text: string): boolean {
  const pattern = [...glob];
  const chars = [...text];
  let at = 0;
  let star = -1;
  let swallowed = 0;
  for (let i = 0; i < chars.length;) {
    if (pattern[at] === '*') {
      star = at;
      swallowed = i;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === chars[i])) {
      at += 1;
      i += 1;
    } else if (star >= 0) {
      swallowed += 1;
      i = swallowed;
      at = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

export function matchesAny(globs: readonly string[], text: string): boolean {
  return globs.some((glob) => matches(glob, text));
}
