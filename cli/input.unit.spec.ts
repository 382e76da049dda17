import { integer, jsonOf, pairsOf } from './input';

describe('input of a command', () => {
  it('takes key=value pairs, JSON where it is JSON', () => {
    expect(pairsOf(['name=web', 'n=3', 'list=[1,2]', 'eq=a=b', 'empty='])).toEqual({
      name: 'web',
      n: 3,
      list: [1, 2],
      eq: 'a=b',
      empty: '',
    });
  });

  it.each(['web', '=web'])('refuses %s', (pair) => {
    expect(() => pairsOf([pair])).toThrow('is not key=value');
  });

  it.each(['{', '[1]', 'null', '3'])('takes no JSON but objects: %s', async (given) => {
    await expect(jsonOf(given, 'the data')).rejects.toMatchObject({ exit: 2 });
  });

  it('says which file it can not read', async () => {
    await expect(jsonOf('@/no/such/file', 'the data')).rejects.toThrow('/no/such/file can not be read: ENOENT');
  });

  it.each(['0', '1.5', 'x', ''])('refuses %s as a number', (given) => {
    expect(() => integer('--limit')(given)).toThrow('--limit must be a whole number');
  });
});
