/**
 * Texts of which one must be in whatever a pattern matches, so that most of a log need not be looked at by the pattern itself.
 * Null where there are none of three characters and more.
 */
export function requiredLiterals(source: string): string[] | null {
  const found = alternatives(source).map(longestLiteral);
  return found.every((literal) => literal.length >= 3) ? found : null;
}

/** What stands between the `|` outside of all groups and sets. */
function alternatives(source: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const token of tokens(source)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token === '|' && depth === 0) parts.push('');
    else parts[parts.length - 1] += token;
  }
  return parts;
}

/** Escapes and sets as one; all else by character. */
function tokens(source: string): string[] {
  return source.match(/\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\{[^}]*\}|[\s\S]/g) ?? [];
}

function longestLiteral(part: string): string {
  const all = tokens(part);
  let [best, run, depth] = ['', '', 0];
  const end = (): void => {
    if (run.length > best.length) best = run;
    run = '';
  };
  all.forEach((token, index) => {
    if (token === '(') depth += 1;
    const next = all[index + 1] ?? '';
    // What may be left out, or repeated, is no fixed part of a longer text.
    const plain = depth === 0 && /^[A-Za-z0-9 _:;,=<>"'%&@!~#/-]$/.test(token) && !/^[?*+{]/.test(next);
    if (plain) run += token;
    else end();
    if (token === ')') depth -= 1;
  });
  end();
  return best;
}
