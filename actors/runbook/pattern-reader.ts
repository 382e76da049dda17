/** A pattern that can't be read, or would take too much work. */
export class PatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PatternError';
  }
}

/** Reads a pattern by code points. */
export class PatternReader {
  private readonly characters: string[];
  private at = 0;

  constructor(source: string) {
    this.characters = [...source];
  }

  get done(): boolean {
    return this.at >= this.characters.length;
  }

  get next(): string | undefined {
    return this.characters[this.at];
  }

  take(): string {
    const character = this.characters[this.at];
    if (character === undefined) throw new PatternError('it ends too early');
    this.at += 1;
    return character;
  }

  /** Takes the character where it is next, and tells whether it was. */
  accept(character: string): boolean {
    if (this.next !== character) return false;
    this.at += 1;
    return true;
  }

  /** Takes what matches at this place, which must be ASCII and short. */
  acceptMatch(shape: RegExp): RegExpExecArray | null {
    const found = shape.exec(this.characters.slice(this.at, this.at + 80).join(''));
    if (found) this.at += found[0].length;
    return found;
  }
}
