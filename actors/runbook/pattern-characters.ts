import { PatternError, type PatternReader } from './pattern-reader';

/** Whether a code point belongs to a set. */
export type CharacterTest = (code: number) => boolean;

const isDigit: CharacterTest = (code) => code >= 48 && code <= 57;
export const isWord: CharacterTest = (code) =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
const isSpace: CharacterTest = (code) =>
  (code >= 9 && code <= 13) ||
  [32, 160, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff].includes(code) ||
  (code >= 0x2000 && code <= 0x200a);

const not =
  (test: CharacterTest): CharacterTest =>
  (code) =>
    !test(code);

const classes: Partial<Record<string, CharacterTest>> = {
  d: isDigit,
  D: not(isDigit),
  w: isWord,
  W: not(isWord),
  s: isSpace,
  S: not(isSpace),
};
const controls: Partial<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, '0': 0 };

/** One thing that a set, or a place outside of sets, may hold; `code` where it is a single character. */
interface Member {
  test: CharacterTest;
  code?: number;
}

function just(code: number): Member {
  return { code, test: (other) => other === code };
}

/** What stands after a backslash. */
export function escapedSet(reader: PatternReader): Member {
  const hex = reader.acceptMatch(/^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})/);
  if (hex) return just(Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '', 16));
  const character = reader.take();
  const test = classes[character];
  if (test) return { test };
  const control = controls[character];
  if (control !== undefined && !(control === 0 && isDigit(reader.next?.codePointAt(0) ?? 0))) return just(control);
  if (/^[A-Za-z0-9]$/.test(character)) throw new PatternError(`\\${character} is not supported`);
  return just(character.codePointAt(0) ?? 0);
}

/** What stands between `[` and `]`. */
export function characterSet(reader: PatternReader): CharacterTest {
  const negated = reader.accept('^');
  const tests: CharacterTest[] = [];
  while (!reader.accept(']')) {
    const first = member(reader);
    // A hyphen at the end stands for itself.
    if (!reader.accept('-')) tests.push(first.test);
    else if (reader.next === ']') tests.push(first.test, just(45).test);
    else tests.push(rangeTest(first, member(reader)));
  }
  const test: CharacterTest = (code) => tests.some((one) => one(code));
  return negated ? not(test) : test;
}

function member(reader: PatternReader): Member {
  const character = reader.take();
  if (character !== '\\') return just(character.codePointAt(0) ?? 0);
  // Within a set, \b is the backspace.
  return reader.accept('b') ? just(8) : escapedSet(reader);
}

function rangeTest(from: Member, to: Member): CharacterTest {
  const [low, high] = [from.code, to.code];
  if (low === undefined || high === undefined || low > high)
    throw new PatternError('a range of characters is out of order');
  return (code) => code >= low && code <= high;
}
