import { RE2JS } from 're2js';
import { requiredLiterals } from './literals';

export interface NamedPattern {
  name: string;
  pattern: string;
}

/** One configured pattern over the chunks of a log. Time grows with the text, whatever the pattern (RE2). */
export class PatternWatch {
  private readonly compiled: RE2JS;
  private readonly literals: Buffer[] | null;
  /** Whether it matched in this window, and whether it was told that it matches. */
  hits = 0;
  told = false;

  constructor(readonly named: NamedPattern) {
    this.compiled = RE2JS.compile(named.pattern);
    this.literals = requiredLiterals(named.pattern)?.map((literal) => Buffer.from(literal)) ?? null;
  }

  /** Where the next line may stand that it matches, from a place on; the end of the chunk where there is none. */
  nextCandidate(chunk: Buffer, from: number): number {
    if (!this.literals) return from;
    const places = this.literals.map((literal) => chunk.indexOf(literal, from)).filter((place) => place !== -1);
    return places.length > 0 ? Math.min(...places) : chunk.length;
  }

  matches(line: string): boolean {
    return this.compiled.matcher(line).find();
  }
}
