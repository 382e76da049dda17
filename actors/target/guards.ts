import type { Guards } from '../core/launch';
import type { TargetState, Veto } from './state';

/** Seconds in which runs are counted where a guard names no window. */
const defaultWindow = 3600;

/**
 * Why no run with these guards may begin now, or null where one may.
 * @param now ISO 8601, UTC
 */
export function guardVeto(
  { cooldown = 0, maxRuns, window = defaultWindow }: Guards,
  { lastEndedAt, begun }: Pick<TargetState, 'lastEndedAt' | 'begun'>,
  now: string,
): Pick<Veto, 'code' | 'reason' | 'until'> | null {
  const time = Date.parse(now);
  const cool = lastEndedAt === null ? 0 : Date.parse(lastEndedAt) + cooldown * 1000;
  if (time < cool) {
    const reason = `the last run ended at ${lastEndedAt}, and the cooldown after it is ${cooldown} s`;
    return { code: 'cooldown', reason, until: new Date(cool).toISOString() };
  }
  if (maxRuns === undefined) return null;
  const counted = begun.filter((began) => began > time - window * 1000);
  // Once this one has left the window, there are fewer than allowed.
  const oldest = counted[counted.length - maxRuns];
  if (oldest === undefined) return null;
  const reason = `${counted.length} runs have begun within ${window} s, and ${maxRuns} may`;
  return { code: 'most_runs', reason, until: new Date(oldest + window * 1000).toISOString() };
}
