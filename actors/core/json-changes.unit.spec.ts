import { changesBetween } from './json-changes';
import { valueAt } from './json-pointer';

const whole = { a: { 'b/~': [1, { c: null }] }, '': 0 };

describe('a value at a pointer', () => {
  it.each<[string, unknown[]]>([
    ['', [whole]],
    ['/a/b~1~0/1/c', [null]],
    ['/a/b~1~0/0', [1]],
    ['/', [0]],
    ['/a/b~1~0/2', []],
    ['/a/b~1~0/length/x', []],
    ['/constructor', []],
    ['/a/__proto__', []],
  ])('%s', (pointer, found) => expect(valueAt(whole, pointer)).toEqual(found));
});

describe('changes', () => {
  const between = (before: unknown, after: unknown, most = 100) => changesBetween([before], [after], '/s', most);

  it('are the innermost values that differ', () => {
    const shared = { deep: [1, 2, 3] };
    expect(between({ shared, a: 1, 'x/y': { z: 1 }, gone: 0 }, { shared, a: 2, 'x/y': { z: null }, come: [] })).toEqual(
      [
        { path: '/s/a', before: 1, after: 2 },
        { path: '/s/x~1y/z', before: 1, after: null },
        { path: '/s/gone', before: 0 },
        { path: '/s/come', after: [] },
      ],
    );
    expect(between([1, 2], [1, 3, 4])).toEqual([
      { path: '/s/1', before: 2, after: 3 },
      { path: '/s/2', after: 4 },
    ]);
  });

  it('are none between equals, and one where the form is another', () => {
    expect(between({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toEqual([]);
    expect(between([], {})).toEqual([{ path: '/s', before: [], after: {} }]);
    expect(changesBetween([], [null], '/s', 1)).toEqual([{ path: '/s', after: null }]);
    expect(changesBetween([], [], '/s', 1)).toEqual([]);
  });

  it('are bounded in number and in size', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, i]));
    expect(between({}, many, 10)).toHaveLength(10);
    const [change] = between('x', 'y'.repeat(100_000));
    expect(JSON.stringify(change).length).toBeLessThan(5_000);
  });
});
