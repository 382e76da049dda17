import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** How many commands back a retry is recognised. */
export const windowSize = 10_000;

/** What one remembered command made: the first and the last sequence of its events (`last < first` when none). */
export type Span = [first: number, last: number];

/**
 * As it is carried from run to run, oldest first: all keys in one text, and what their commands made as runs of commands that made as
 * many events as each other, a gap behind the one before.
 */
export interface CarriedWindow {
  keys: string;
  runs: [commands: number, gap: number, count: number][];
}

/** As releases up to 0.1.0 have carried it. */
export type ListedWindow = [key: string, first: number, count: number][];

/** Letters of a key: 64 bits in hex. */
const keyLength = 16;

/**
 * The commands an agent applied last, so that a retry of one of them is harmless.
 * Ids are kept as 64 bits of their SHA-256: the window is carried through every continue-as-new, so its size counts (160 kB when
 * full), and among 10,000 ids the odds of a false match are some 10^-15.
 */
export class DedupeWindow {
  private readonly spans: Map<string, Span>;

  constructor(carried: CarriedWindow | ListedWindow = []) {
    this.spans = new Map(
      Array.isArray(carried)
        ? carried.map(([key, first, count]) => [key, [first, first + count - 1]])
        : unpacked(carried),
    );
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
    const runs: CarriedWindow['runs'] = [];
    let end = 0;
    for (const [first, last] of this.spans.values()) {
      const [gap, count] = [first - end - 1, last - first + 1];
      const run = runs.at(-1);
      if (run && run[1] === gap && run[2] === count) run[0] += 1;
      else runs.push([1, gap, count]);
      end = last;
    }
    return { keys: [...this.spans.keys()].join(''), runs };
  }
}

function* unpacked({ keys, runs }: CarriedWindow): Generator<[string, Span]> {
  let at = 0;
  let end = 0;
  for (const [commands, gap, count] of runs) {
    for (let i = 0; i < commands; i += 1, at += keyLength) {
      const first = end + gap + 1;
      end = first + count - 1;
      yield [keys.slice(at, at + keyLength), [first, end]];
    }
  }
}

function keyOf(commandId: string): string {
  return bytesToHex(sha256(utf8ToBytes(commandId)).subarray(0, 8));
}
