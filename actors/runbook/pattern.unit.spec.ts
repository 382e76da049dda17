import { Pattern } from './pattern';

/** A small generator that is the same in every test run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * sides);
  };
}

function somePattern(roll: (sides: number) => number, depth = 0): string {
  const atoms = ['a', 'b', '.', '[ab]', '[^a]', '\\w', '\\d', '\\s', '\\b', '^', '$', '-', '1'];
  const repeats = ['', '', '*', '+', '?', '{2}', '{1,2}', '{0,}', '*?'];
  const parts = Array.from({ length: 1 + roll(3) }, () => {
    const atom = depth < 2 && roll(3) === 0 ? `(${somePattern(roll, depth + 1)})` : (atoms[roll(atoms.length)] ?? 'a');
    return ['\\b', '^', '$'].includes(atom) ? atom : atom + (repeats[roll(repeats.length)] ?? '');
  });
  return parts.join('') + (roll(4) === 0 ? `|${somePattern(roll, depth + 1)}` : '');
}

describe('Pattern', () => {
  it('answers as RegExp does, on thousands of patterns and texts', () => {
    const roll = dice(4);
    for (let n = 0; n < 3000; n += 1) {
      const source = somePattern(roll);
      const [own, native] = [new Pattern(source), new RegExp(source, 'u')];
      for (let m = 0; m < 8; m += 1) {
        const text = Array.from({ length: roll(7) }, () => 'ab1 -\n'[roll(6)] ?? '').join('');
        expect([source, text, own.test(text)]).toEqual([source, text, native.test(text)]);
      }
    }
  });

  it.each([
    ['^[a-z][a-z0-9_-]{0,62}$', 'web-1', true],
    ['^[a-z][a-z0-9_-]{0,62}$', `a${'b'.repeat(63)}`, false],
    ['^v\\d+\\.\\d+\\.\\d+(?:-(?<pre>[\\w.]+))?$', 'v1.2.3-rc.1', true],
    ['^(prod|stage)$', 'dev', false],
    ['^$', '', true],
    ['^.$', '😀', true],
    ['^[😀-😂]+$', '😁', true],
    ['^\\u{1F600}\\x41\\u0042$', '😀AB', true],
    ['[\\b]', '\b', true],
    ['[a-]', '-', true],
    ['[^]', '\n', true],
    ['[]', 'a', false],
    ['a{,2}', 'a{,2}', true],
    ['^\\/\\.\\$$', '/.$', true],
  ])('%p on %p: %p', (source, text, expected) => {
    expect(new Pattern(source).test(text)).toBe(expected);
  });

  it.each([
    ['an open group', '(a', 'a ( is not closed'],
    ['a closed group that was not open', 'a)', 'a ) closes nothing'],
    ['an open set', '[a', 'it ends too early'],
    ['a backslash at the end', 'a\\', 'it ends too early'],
    ['a back-reference', '(a)\\1', '\\1 is not supported'],
    ['look-ahead', '(?=a)', 'look-around and flags are not supported'],
    ['look-behind', '(?<=a)b', 'look-around and flags are not supported'],
    ['a flag', '(?i)a', 'look-around and flags are not supported'],
    ['a property', '\\p{L}', '\\p is not supported'],
    ['a repeat of nothing', '*a', 'nothing to repeat'],
    ['a repeat of a repeat', 'a**', 'nothing to repeat'],
    ['a repeat of a place', '^*', 'nothing to repeat'],
    ['numbers out of order', 'a{3,1}', 'out of order'],
    ['characters out of order', '[z-a]', 'out of order'],
    ['too many repeats', 'a{1001}', 'repeats more than 1000 times'],
    ['repeats of repeats', '((a{1000}){1000}){1000}', 'too large'],
    ['repeats of nothing', '((((){1000}){1000}){1000}){1000}', 'too large'],
    ['deep groups', `${'('.repeat(200)}${')'.repeat(200)}`, 'nested too deeply'],
    ['a long one', 'a'.repeat(501), 'longer than 500'],
  ])('refuses %s', (_what, source, message) => {
    expect(() => new Pattern(source)).toThrow(expect.objectContaining({ name: 'PatternError' }) as Error);
    expect(() => new Pattern(source)).toThrow(message);
  });

  it('takes no longer for what makes others backtrack', () => {
    const text = `${'a'.repeat(20_000)}!`;
    for (const source of ['^(a+)+$', '^(a|a)*$', '^(a|aa)+$', 'a*a*a*a*a*b', '^(([a-z])+.)+[A-Z]([a-z])+$'])
      expect(new Pattern(source).test(text)).toBe(false);
  });

  it('gives up where the text and the pattern are both large', () => {
    expect(() => new Pattern('(a?){900}b').test('a'.repeat(100_000))).toThrow('too long for so large a pattern');
  });
});
