/** An id, or how ids begin and a star: `web-1`, `web-*`, `*`. */
export const agentPattern = '^([a-z0-9][a-z0-9-]{0,61}\\*?|[a-z0-9][a-z0-9-]{0,62}|\\*)$';

/** Whether one of the patterns means this agent. */
export function matchesAny(patterns: readonly string[], agentId: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? agentId.startsWith(pattern.slice(0, -1)) : agentId === pattern,
  );
}
