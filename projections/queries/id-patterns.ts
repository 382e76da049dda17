/** Patterns of ids (`web-1`, `web-*`) as those of SQL. */
export function likeAny(patterns: readonly string[]): string[] {
  return patterns.map((pattern) => pattern.replace(/[\\%_]/g, '\\$&').replace(/\*$/, '%'));
}
