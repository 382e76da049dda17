import { pageOf, SpanCache } from './span-cache';

describe('pages of events', () => {
  it('hold a thousand each, from the first event on', () => {
    expect([1, 1_000, 1_001, 100_000].map(pageOf)).toEqual([0, 0, 1, 99]);
  });

  it('are kept as long as they are used, and no more than so many', () => {
    const gone: number[] = [];
    const cache = new SpanCache<string>(3, (page) => gone.push(page));
    for (const page of [0, 1, 2]) cache.set(page, `page ${page}`);
    cache.touch(0);
    cache.set(3, 'page 3');
    expect(gone).toEqual([1]);
    cache.set(2, 'anew');
    cache.set(4, 'page 4');
    expect(gone).toEqual([1, 0]);
    expect([0, 1, 2, 3, 4].map((page) => cache.get(page))).toEqual([undefined, undefined, 'anew', 'page 3', 'page 4']);
    cache.touch(9);
    cache.forget(9);
    expect(gone).toEqual([1, 0]);
  });
});
