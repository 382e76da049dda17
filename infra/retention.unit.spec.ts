import { parseRetentionClasses } from './retention';

describe('the retention classes', () => {
  it.each([
    ['', { standard: null }],
    ['short=30', { standard: null, short: 30 }],
    ['standard=365, long=3650,for-good=unlimited', { standard: 365, long: 3650, 'for-good': null }],
  ])('of %j', (list, expected) => {
    expect(Object.fromEntries(parseRetentionClasses(list) ?? [])).toEqual(expected);
  });

  it.each(['short', 'short=0', 'short=-1', 'short=1.5', 'Short=3', '=3', 'a=1,a=2', 'a=1;b=2', 'a=never'])(
    'are none in %j',
    (list) => {
      expect(parseRetentionClasses(list)).toBeNull();
    },
  );
});
