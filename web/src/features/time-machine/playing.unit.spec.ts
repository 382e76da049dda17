import { advance } from './playing';

/** Events at 0, 100, 200, 10,000 and 10,001 ms. */
const times = [0, 100, 200, 10_000, 10_001].map((ms) => new Date(ms).toISOString());
const timeOf = (sequence: number): string | undefined => times[sequence - 1];

describe('play', () => {
  it.each([
    ['as it happened', 1, 150, { speed: 1 }, { at: 2, budget: 50 }],
    ['ten times as fast', 1, 25, { speed: 10 }, { at: 3, budget: 5 }],
    ['no longer than two seconds over a pause', 3, 2_000, { speed: 1 }, { at: 4, budget: 0 }],
    ['not before its time', 3, 1_999, { speed: 1 }, { at: 3, budget: 1_999 }],
    ['an event at each step', 1, 500, { everyMs: 200 }, { at: 3, budget: 100 }],
    ['no further than to the end', 4, 9_999, { speed: 1_000 }, { at: 5, budget: 0 }],
  ])('goes on %s', (_, at, budget, pace, then) => {
    expect(advance(at, 5, budget, pace, timeOf)).toEqual(then);
  });

  it('waits for what is not known yet', () => {
    expect(advance(5, 9, 9_999, { speed: 1 }, timeOf)).toEqual({ at: 5, budget: 0 });
  });
});
