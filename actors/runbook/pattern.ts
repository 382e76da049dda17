import { isWord, type CharacterTest } from './pattern-characters';
import { PatternError } from './pattern-reader';
import { parsePattern, type PatternNode } from './pattern-syntax';

/** A state machine: each step goes on to the next, but for `split` and `jump`. */
type Instruction =
  | { op: 'set'; test: CharacterTest }
  | { op: 'split'; to: number; or: number }
  | { op: 'jump'; to: number }
  | { op: 'assert'; at: 'start' | 'end' | 'boundary' | 'inside' }
  | { op: 'match' };

const mostInstructions = 10_000;
const mostWork = 5_000_000;

/**
 * A regular expression whose time grows with the text times the pattern, never more: it follows all ways at once instead of
 * trying one after the other. Runbooks bring their own patterns, and one that backtracks could stop a whole worker.
 */
export class Pattern {
  private readonly program: Instruction[] = [];
  private emitted = 0;

  /** @throws PatternError where it can't be read, or is too large */
  constructor(readonly source: string) {
    this.emit(parsePattern(source));
    this.program.push({ op: 'match' });
  }

  /**
   * Whether it matches anywhere in the text.
   * @param spend told of the work as it is done, as steps of the machine; it may throw
   * @throws PatternError where the text is too long for so large a pattern
   */
  test(text: string, spend: (steps: number) => void = () => undefined): boolean {
    const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
    /** The last position at which an instruction was reached. */
    const reached = new Int32Array(this.program.length).fill(-1);
    let [work, told] = [0, 0];
    let threads: number[] = [];
    for (let at = 0; at <= codes.length; at += 1) {
      // A match may begin anywhere.
      const open = [0, ...threads];
      threads = [];
      const code = codes[at];
      for (let one = open.pop(); one !== undefined; one = open.pop()) {
        if (reached[one] === at) continue;
        reached[one] = at;
        work += 1;
        const instruction = this.program[one];
        if (instruction?.op === 'match') return true;
        if (instruction?.op === 'jump') open.push(instruction.to);
        else if (instruction?.op === 'split') open.push(instruction.or, instruction.to);
        else if (instruction?.op === 'assert' && holdsAt(instruction.at, at, codes)) open.push(one + 1);
        else if (instruction?.op === 'set' && code !== undefined && instruction.test(code)) threads.push(one + 1);
      }
      if (work > mostWork) throw tooLong();
      if (work - told > 1000 || at === codes.length) {
        spend(work - told);
        told = work;
      }
    }
    return false;
  }

  /** How much work it was to make, in steps. */
  get size(): number {
    return this.emitted;
  }

  private emit(node: PatternNode): void {
    // Counted in calls, because a group with nothing in it takes work and no place.
    this.emitted += 1;
    if (this.emitted > mostInstructions) throw new PatternError('it is too large with its repeats written out');
    switch (node.type) {
      case 'set':
        this.program.push({ op: 'set', test: node.test });
        return;
      case 'assert':
        this.program.push({ op: 'assert', at: node.at });
        return;
      case 'sequence':
        for (const part of node.parts) this.emit(part);
        return;
      case 'choice':
        this.emitChoice(node.of);
        return;
      case 'repeat':
        this.emitRepeat(node.node, node.least, node.most);
        return;
    }
  }

  private emitChoice(of: readonly PatternNode[]): void {
    const ends: { op: 'jump'; to: number }[] = [];
    for (const [index, node] of of.entries()) {
      if (index === of.length - 1) {
        this.emit(node);
        break;
      }
      const split = { op: 'split' as const, to: this.program.length + 1, or: 0 };
      const end = { op: 'jump' as const, to: 0 };
      this.program.push(split);
      this.emit(node);
      this.program.push(end);
      ends.push(end);
      split.or = this.program.length;
    }
    for (const end of ends) end.to = this.program.length;
  }

  private emitRepeat(node: PatternNode, least: number, most: number | null): void {
    for (let n = 0; n < least; n += 1) this.emit(node);
    const again = most === null ? 1 : most - least;
    const splits: { op: 'split'; to: number; or: number }[] = [];
    for (let n = 0; n < again; n += 1) {
      const start = this.program.length;
      const split = { op: 'split' as const, to: start + 1, or: 0 };
      this.program.push(split);
      this.emit(node);
      if (most === null) this.program.push({ op: 'jump', to: start });
      splits.push(split);
    }
    for (const split of splits) split.or = this.program.length;
  }
}

function tooLong(): PatternError {
  return new PatternError('the text is too long for so large a pattern');
}

function holdsAt(place: 'start' | 'end' | 'boundary' | 'inside', at: number, codes: readonly number[]): boolean {
  if (place === 'start') return at === 0;
  if (place === 'end') return at === codes.length;
  const [before, after] = [codes[at - 1], codes[at]];
  const boundary = (before !== undefined && isWord(before)) !== (after !== undefined && isWord(after));
  return boundary === (place === 'boundary');
}
