import { asText, LogBook, matchesOf, type LogLine } from './log-book';

const line = (position: number, text = `line ${position}`): LogLine => ({
  position,
  path: 'say',
  attempt: 1,
  stream: 'stdout',
  time: '2026-11-24T21:47:20.000Z',
  text,
  cut: false,
});
const positions = (book: LogBook): number[] => book.lines.map(({ position }) => position);

describe('the lines of a run', () => {
  it('are kept each once and in order, however often they come', () => {
    const book = new LogBook();
    expect(book.add([line(1), line(2)])).toBe(true);
    expect(book.add([line(2), line(3)])).toBe(true);
    expect(book.add([line(1), line(2), line(3)])).toBe(true);
    expect(positions(book)).toEqual([1, 2, 3]);
    expect(book.position).toBe(3);
  });

  it('stop at a gap, and go on when it is filled', () => {
    const book = new LogBook();
    book.add([line(1)]);
    expect(book.add([line(3), line(4)])).toBe(false);
    expect(book.add([line(2), line(4)])).toBe(false);
    expect(positions(book)).toEqual([1, 2]);
    expect(book.add([line(3), line(4)])).toBe(true);
    expect(positions(book)).toEqual([1, 2, 3, 4]);
    expect(book.add([])).toBe(true);
  });

  it('are another array only where there are more of them, and then it is told', () => {
    const book = new LogBook();
    let told = 0;
    const stop = book.subscribe(() => (told += 1));
    book.add([line(1)]);
    const { lines } = book;
    book.add([line(1)]);
    expect([book.lines === lines, told]).toEqual([true, 1]);
    stop();
    book.add([line(2)]);
    expect([book.lines === lines, told]).toEqual([false, 1]);
  });

  it('are found by a text, and written to a file', () => {
    const lines = [line(1, 'Begun'), line(2, 'a fault'), line(3, 'FAULT again')];
    expect(matchesOf(lines, 'fault')).toEqual([1, 2]);
    expect(matchesOf(lines, '')).toEqual([]);
    expect(asText(lines.slice(0, 1))).toBe('2026-11-24T21:47:20.000Z say stdout Begun\n');
  });
});
