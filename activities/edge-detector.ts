/** What is known of a target so far; plain JSON, because it goes out with every heartbeat. */
export interface EdgeState {
  status: 'unknown' | 'up' | 'down';
  /** Results in a row that speak against `status`. */
  against: { result: 'up' | 'down'; count: number; since: string } | null;
}

export interface Edge {
  to: 'up' | 'down';
  /** When the first of the results was seen that make the edge, ISO 8601. */
  since: string;
  count: number;
}

export const unknownEdge: EdgeState = { status: 'unknown', against: null };

/**
 * Takes one probe's result. An edge is there when enough results in a row say the other thing than before, bad ones for long
 * enough, too; from `unknown`, a single good result is enough.
 */
export function detectEdge(
  state: EdgeState,
  result: 'up' | 'down',
  now: string,
  thresholds: { failingAfter: number; failingForMs: number; recoveringAfter: number },
): { state: EdgeState; edge: Edge | null } {
  if (state.status === result) return { state: { ...state, against: null }, edge: null };
  const against =
    state.against?.result === result
      ? { ...state.against, count: state.against.count + 1 }
      : { result, count: 1, since: now };
  const needed =
    result === 'down' ? thresholds.failingAfter : state.status === 'unknown' ? 1 : thresholds.recoveringAfter;
  const early = result === 'down' && Date.parse(now) - Date.parse(against.since) < thresholds.failingForMs;
  if (against.count < needed || early) return { state: { ...state, against }, edge: null };
  return { state: { status: result, against: null }, edge: { to: result, since: against.since, count: against.count } };
}
