import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** How many commands back a retry is recognised. */
export const windowSize = 10_000;

/** What one remembered command made: the first and the last sequence of its events (`last < first` when none). */
export type Span = [first: number, last: number];

/** As it is carried from run to run: oldest first. */
export type CarriedWindow = [key: string, first: number, count: number][];

/**
 * The commands an agent applied last, so that a retry of one of them is harmless.
 * Ids are kept as 64 bits of their SHA-256: the window is carried through every continue-as-new, so its size counts,
 * and among 10,000 ids the odds of a false match are some 10^-15.
 */
export class DedupeWindow {
  private readonly spans: Map<string, Span>;

  constructor(carried: CarriedWindow = []) {
    this.spans = new Map(carried.map(([key, first, count]) => [key, [first, first + count - 1]]));
  }

  find(commandId: string): Span | undefined {
    return this.spans.get(keyOf(commandId));
  }

  remember(commandId: string, span: Span): void {
    this.spans.set(keyOf(commandId), span);
    if (this.spans.size > windowSize) {
      const oldest = this.spans.keys().next();
      if (!oldest.done) this.spans.delete(oldest.value);
    }
  }

  carry(): CarriedWindow {
    return [...this.spans].map(([key, [first, last]]) => [key, first, last - first + 1]);
  }
}

function keyOf(commandId: string): string {
  return bytesToHex(sha256(utf8ToBytes(commandId)).subarray(0, 8));
}
