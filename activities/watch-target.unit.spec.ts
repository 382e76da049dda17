import { recalled } from './watch-target';

describe('what a worker finds in the heartbeat of another', () => {
  const edge = {
    status: 'down' as const,
    against: { result: 'up' as const, count: 1, since: '2026-01-01T00:00:00.000Z' },
  };

  it('is taken as it was left', () => {
    const flap = { changes: ['2026-01-01T00:00:00.000Z'], flapping: true, held: null };
    expect(recalled({ edge, flap })).toEqual({ edge, flap });
  });
  it('may be the edge alone, as workers of an earlier time left it', () => {
    expect(recalled(edge)).toEqual({ edge, flap: { changes: [], flapping: false, held: null } });
  });
  it('may be nothing', () => {
    expect(recalled(undefined).edge).toEqual({ status: 'unknown', against: null });
  });
});
