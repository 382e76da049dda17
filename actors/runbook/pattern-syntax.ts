import { characterSet, escapedSet, type CharacterTest } from './pattern-characters';
import { PatternError, PatternReader } from './pattern-reader';

/** A regular expression, read. Captures are not kept: it only ever answers yes or no. */
export type PatternNode =
  | { type: 'set'; test: CharacterTest }
  | { type: 'assert'; at: 'start' | 'end' | 'boundary' | 'inside' }
  | { type: 'sequence'; parts: PatternNode[] }
  | { type: 'choice'; of: PatternNode[] }
  /** `most` is null where there is no limit. */
  | { type: 'repeat'; node: PatternNode; least: number; most: number | null };

const deepest = 50;
const mostRepeats = 1000;
const longest = 500;

/**
 * The regular part of JavaScript's syntax (RE2's too): sets, groups, choices, repeats, `^`, `$`, `\b`. What makes matching
 * explode, back-references and look-around, is refused.
 * @throws PatternError
 */
export function parsePattern(source: string): PatternNode {
  if (source.length > longest) throw new PatternError(`it is longer than ${longest} characters`);
  const reader = new PatternReader(source);
  const node = choice(reader, 0);
  if (!reader.done) throw new PatternError('a ) closes nothing');
  return node;
}

function choice(reader: PatternReader, depth: number): PatternNode {
  if (depth > deepest) throw new PatternError('its groups are nested too deeply');
  const of = [sequence(reader, depth)];
  while (reader.accept('|')) of.push(sequence(reader, depth));
  return { type: 'choice', of };
}

function sequence(reader: PatternReader, depth: number): PatternNode {
  const parts: PatternNode[] = [];
  while (!reader.done && reader.next !== '|' && reader.next !== ')') parts.push(repeated(reader, depth));
  return { type: 'sequence', parts };
}

function repeated(reader: PatternReader, depth: number): PatternNode {
  const node = single(reader, depth);
  const range = rangeOf(reader);
  if (!range) return node;
  if (node.type === 'assert') throw new PatternError('nothing to repeat');
  // Lazy or greedy: whether it matches is the same.
  reader.accept('?');
  if (rangeOf(reader)) throw new PatternError('nothing to repeat');
  return { type: 'repeat', node, ...range };
}

function rangeOf(reader: PatternReader): { least: number; most: number | null } | null {
  if (reader.accept('*')) return { least: 0, most: null };
  if (reader.accept('+')) return { least: 1, most: null };
  if (reader.accept('?')) return { least: 0, most: 1 };
  const found = reader.acceptMatch(/^\{(\d{1,9})(,(\d{1,9})?)?\}/);
  if (!found) return null;
  const least = Number(found[1]);
  const most = found[3] !== undefined ? Number(found[3]) : found[2] !== undefined ? null : least;
  if (least > mostRepeats || (most ?? 0) > mostRepeats)
    throw new PatternError(`it repeats more than ${mostRepeats} times`);
  if (most !== null && most < least) throw new PatternError('a repeat has its numbers out of order');
  return { least, most };
}

function single(reader: PatternReader, depth: number): PatternNode {
  const character = reader.take();
  switch (character) {
    case '(':
      return group(reader, depth);
    case '[':
      return { type: 'set', test: characterSet(reader) };
    case '.':
      return { type: 'set', test: (code) => code !== 10 && code !== 13 && code !== 0x2028 && code !== 0x2029 };
    case '^':
      return { type: 'assert', at: 'start' };
    case '$':
      return { type: 'assert', at: 'end' };
    case '*':
    case '+':
    case '?':
      throw new PatternError('nothing to repeat');
    case '\\':
      if (reader.accept('b')) return { type: 'assert', at: 'boundary' };
      if (reader.accept('B')) return { type: 'assert', at: 'inside' };
      return { type: 'set', test: escapedSet(reader).test };
    default: {
      const code = character.codePointAt(0);
      return { type: 'set', test: (other) => other === code };
    }
  }
}

function group(reader: PatternReader, depth: number): PatternNode {
  if (reader.accept('?') && !reader.accept(':') && !reader.acceptMatch(/^<[A-Za-z_]\w{0,30}>/))
    throw new PatternError('look-around and flags are not supported');
  const node = choice(reader, depth + 1);
  if (!reader.accept(')')) throw new PatternError('a ( is not closed');
  return node;
}
