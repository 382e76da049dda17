import type { Edge } from './edge-detector';

/** When a target flaps: so many changes within so many seconds, until it is calm for some. */
export interface Damping {
  changes: number;
  within: number;
  calm: number;
}

/** What is known of a target's changes; plain JSON, because it goes out with every heartbeat. Times are ISO 8601. */
export interface FlapState {
  /** When it changed, oldest first. */
  changes: string[];
  flapping: boolean;
  /** The last change that was held back. */
  held: Edge | null;
}

export const steadyFlap: FlapState = { changes: [], flapping: false, held: null };

/** What is to be reported: that it flaps, or where it stands. */
export type Damped = { report: 'edge'; edge: Edge } | { report: 'flapping'; since: string; changes: number } | null;

/**
 * Takes the edge that a probe has made, or none. Once a target flaps, its edges are held back until it has been calm for long
 * enough; then where it stands is reported as one edge.
 */
export function damp(
  state: FlapState,
  edge: Edge | null,
  now: string,
  damping: Damping,
): { state: FlapState; out: Damped } {
  const time = Date.parse(now);
  const within = (seconds: number) => (change: string) => time - Date.parse(change) <= seconds * 1000;
  if (!edge) {
    const last = state.changes.at(-1);
    if (!state.flapping || (last !== undefined && within(damping.calm)(last))) return { state, out: null };
    return { state: steadyFlap, out: state.held && { report: 'edge', edge: state.held } };
  }
  const changes = [...state.changes, now].slice(-damping.changes);
  const recent = changes.filter(within(damping.within));
  if (state.flapping) return { state: { changes, flapping: true, held: edge }, out: null };
  if (recent.length < damping.changes)
    return { state: { changes, flapping: false, held: null }, out: { report: 'edge', edge } };
  const since = recent[0] ?? now;
  return { state: { changes, flapping: true, held: edge }, out: { report: 'flapping', since, changes: recent.length } };
}
