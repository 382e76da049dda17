import { changesOf } from './config-changes';

describe('the changes from one config to another', () => {
  it('are told by their places, in lists by the names of their members', () => {
    const web = { name: 'web', interval: 10 };
    const db = { name: 'db', interval: 10 };
    expect(
      changesOf({ targets: [web, db], level: 1 }, { targets: [{ ...web, interval: 5 }, { name: 'mail' }], level: 1 }),
    ).toEqual([
      { path: 'targets[web].interval', change: 'changed', before: 10, after: 5 },
      { path: 'targets[db]', change: 'removed', before: db },
      { path: 'targets[mail]', change: 'added', after: { name: 'mail' } },
    ]);
    expect(changesOf({ a: [1, 2] }, { a: [1, 3, 4] }).map(({ path }) => path)).toEqual(['a[1]', 'a[2]']);
  });

  it('are none where nothing differs but the order of members of an object', () => {
    expect(changesOf({ a: 1, b: { c: [] } }, { b: { c: [] }, a: 1 })).toEqual([]);
  });

  it('tell a new order of a list', () => {
    const list = [{ name: 'a' }, { name: 'b' }];
    expect(changesOf({ list }, { list: [...list].reverse() })).toEqual([
      { path: 'list', change: 'changed', before: ['a', 'b'], after: ['b', 'a'] },
    ]);
  });
});
