import { searchOf, viewingOf, windowOf } from './time-span';

describe('what a board looks at', () => {
  it('is in the address where it is not so by default', () => {
    expect(viewingOf(new URLSearchParams())).toEqual({ span: '1h', refresh: '30s' });
    expect(viewingOf(new URLSearchParams('span=7d&refresh=off'))).toEqual({ span: '7d', refresh: 'off' });
    expect(viewingOf(new URLSearchParams('span=toString&refresh=5'))).toEqual({ span: '1h', refresh: '30s' });
    expect(searchOf({ span: '1h', refresh: '30s' })).toEqual({});
    expect(searchOf({ span: '6h', refresh: 'off' })).toEqual({ span: '6h', refresh: 'off' });
  });

  it('ends with the step under way, and begins on a whole one', () => {
    const now = Date.parse('2026-11-27T15:00:07.000Z');
    expect(windowOf('1h', now)).toEqual({ from: '2026-11-27T14:00:30.000Z', to: '2026-11-27T15:00:30.000Z', step: 30 });
    expect(windowOf('15m', now)).toEqual({
      from: '2026-11-27T14:45:30.000Z',
      to: '2026-11-27T15:00:30.000Z',
      step: 30,
    });
    expect(windowOf('15m', now, 60)).toEqual({
      from: '2026-11-27T14:46:00.000Z',
      to: '2026-11-27T15:01:00.000Z',
      step: 60,
    });
  });
});
