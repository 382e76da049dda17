import { markOf, shortValue, stateRows } from './state-rows';

describe('a state as a tree', () => {
  it('has a line for each member, named by its pointer', () => {
    const rows = stateRows({ a: { 'b/c': [1, null] }, d: 'x' }, new Set());
    expect(rows.map(({ pointer, depth, size }) => [pointer, depth, size])).toEqual([
      ['/a', 0, 1],
      ['/a/b~1c', 1, 2],
      ['/a/b~1c/0', 2, null],
      ['/a/b~1c/1', 2, null],
      ['/d', 0, null],
    ]);
  });

  it('leaves out what is shut', () => {
    const rows = stateRows({ a: { b: 1 }, d: 2 }, new Set(['/a']));
    expect(rows.map(({ pointer, open }) => [pointer, open])).toEqual([
      ['/a', false],
      ['/d', false],
    ]);
  });

  it('says what became of a value, and shows it in one line', () => {
    expect([{ after: 1 }, { before: 1 }, { before: undefined, after: 1 }].map(markOf)).toEqual([
      'added',
      'removed',
      'changed',
    ]);
    expect(shortValue({ a: 'x'.repeat(500) }, 20)).toHaveLength(21);
  });
});
