import { formatCursor, parseCursor } from './cursor';

describe('a cursor', () => {
  it('holds its parts', () => {
    const parts = ['2026-01-01T00:00:00.000Z', 'run "1"', 'roll[2].restart'];
    expect(parseCursor(formatCursor(parts), ['time', 'text', 'text'])).toEqual(parts);
  });

  it('holds a number', () => {
    expect(parseCursor(formatCursor(['12']), ['number'])).toEqual(['12']);
    for (const odd of ['-1', '1.5', '99999999999', 'x', '']) {
      expect(parseCursor(formatCursor([odd]), ['number'])).toBeNull();
    }
  });

  it.each([
    ['nothing', undefined],
    ['no JSON', 'nonsense'],
    ['no list', Buffer.from('{"length":2}').toString('base64url')],
    ['too few parts', formatCursor(['2026-01-01T00:00:00.000Z'])],
    ['no time', formatCursor(['yesterday', 'a'])],
    ['a year that Postgres does not read', formatCursor(['-200000-01-01T00:00:00.000Z', 'a'])],
    ['a NUL', formatCursor(['2026-01-01T00:00:00.000Z', 'a\0'])],
    ['no text', Buffer.from('["2026-01-01",7]').toString('base64url')],
  ])('counts as none where it is %s', (_, cursor) => {
    expect(parseCursor(cursor, ['time', 'text'])).toBeNull();
  });
});
