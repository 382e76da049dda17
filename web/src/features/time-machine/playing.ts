/** How fast history is played: as many times as it happened, or an event at each so many ms. */
export type Pace = { speed: number } | { everyMs: number };

/** As the page offers them. */
export const paces: readonly (readonly [label: string, pace: Pace])[] = [
  ['1 event per 200 ms', { everyMs: 200 }],
  ...[0.5, 1, 10, 100, 1_000].map((speed) => [`× ${speed}`, { speed }] as const),
];

/** Where nothing happened for hours nobody wants to watch: no pause is longer, in ms. */
const longestPauseMs = 2_000;

/**
 * Plays on for a while.
 * @param budget ms that have passed and are not played yet
 * @param timeOf time of an event in ISO 8601; nothing where that is not known yet, which play waits for
 * @returns the event that it is at then, and what is left of the budget
 */
export function advance(
  at: number,
  head: number,
  budget: number,
  pace: Pace,
  timeOf: (sequence: number) => string | undefined,
): { at: number; budget: number } {
  let [now, left] = [at, budget];
  while (now < head) {
    const [here, next] = [timeOf(now), timeOf(now + 1)];
    if (here === undefined || next === undefined) return { at: now, budget: 0 };
    const pause = 'everyMs' in pace ? pace.everyMs : (Date.parse(next) - Date.parse(here)) / pace.speed;
    const wait = Math.min(Math.max(pause, 0), longestPauseMs);
    if (wait > left) return { at: now, budget: left };
    left -= wait;
    now += 1;
  }
  return { at: now, budget: 0 };
}
