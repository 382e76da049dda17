import { weekdays, type Freeze, type PolicyConfig, type Weekly } from './config';
import { matchesAny } from './matching';

/** One freeze after another, as far as they are followed to find the end of them all. */
const mostInARow = 64;
const minuteMs = 60_000;
const dayMinutes = 1440;

export interface Frozen {
  freeze: Freeze;
  /** When nothing is frozen any more, ISO 8601 UTC; left out where that is not to be seen. */
  until?: string;
  /** Nobody knows its time zone: it always holds, because nobody knows when it does not. */
  zoneUnknown: boolean;
}

/**
 * What freezes these targets at this moment, or null. Asks `Intl` for the time of a zone, so it is not for workflows.
 * @param targets none: only a freeze of everything counts
 * @param now ISO 8601
 */
export function frozenBy(
  { freezes }: Pick<PolicyConfig, 'freezes'>,
  targets: readonly string[],
  now: string,
): Frozen | null {
  const concerned = freezes.filter(({ targets: globs }) =>
    targets.length === 0 ? globs.includes('*') : targets.some((target) => matchesAny(globs, target)),
  );
  const time = Date.parse(now);
  const freeze = concerned.find((candidate) => endOf(candidate, time) !== null);
  if (!freeze) return null;
  const until = endOfAll(concerned, time);
  const zoneUnknown = freeze.weekly !== undefined && localTime(freeze.weekly.time_zone, time) === null;
  return { freeze, zoneUnknown, ...(until === null ? {} : { until: new Date(until).toISOString() }) };
}

function endOfAll(freezes: Freeze[], from: number): number | null {
  let time = from;
  for (let i = 0; i < mostInARow; i += 1) {
    const ends = freezes.map((freeze) => endOf(freeze, time)).filter((end) => end !== null);
    if (ends.length === 0) return time;
    time = Math.max(...ends);
    if (time === Infinity) return null;
  }
  return null;
}

/** When the freeze that holds at `time` ends, epoch ms, or `Infinity`; null where it does not hold. */
function endOf({ from, to, weekly }: Freeze, time: number): number | null {
  if (weekly) return endOfWeekly(weekly, time);
  const end = to === undefined ? Infinity : Date.parse(to);
  return time < end && (from === undefined || Date.parse(from) <= time) ? end : null;
}

function endOfWeekly({ days, from, to, time_zone }: Weekly, time: number): number | null {
  const local = localTime(time_zone, time);
  if (!local) return Infinity;
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const overnight = end <= begin;
  const begunOn = (day: number): boolean => days.includes(weekdays[(day + 7) % 7] ?? 'sun');
  const since = local.minute >= begin && begunOn(local.day);
  const floor = time - (time % minuteMs);
  const at = (minute: number): number => {
    const guess = floor + (minute - local.minute) * minuteMs;
    const offBy = (moment: number): number => {
      const shown = localTime(time_zone, moment)?.minute ?? minute;
      return ((shown - minute + dayMinutes * 2.5) % dayMinutes) - dayMinutes / 2;
    };
    // Where clocks are put forward or back before it, the guess is off by that much; a time that is left out never comes.
    const mended = guess - offBy(guess) * minuteMs;
    return offBy(mended) === 0 ? mended : guess;
  };
  if (overnight && since) return at(end + dayMinutes);
  if (overnight && local.minute < end && begunOn(local.day - 1)) return at(end);
  return !overnight && since && local.minute < end ? at(end) : null;
}

function minutesOf(timeOfDay: string): number {
  const [hours = 0, minutes = 0] = timeOfDay.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Day of the week (0 is Sunday) and minute of the day in a zone, or null where there is no such zone. */
function localTime(timeZone: string, time: number): { day: number; minute: number } | null {
  let format: Intl.DateTimeFormat;
  try {
    const shown = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    format = new Intl.DateTimeFormat('en-US', { ...shown, timeZone });
  } catch {
    return null;
  }
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  const day = weekdays.findIndex((name) => name === parts.weekday?.toLowerCase());
  return { day, minute: Number(parts.hour) * 60 + Number(parts.minute) };
}
