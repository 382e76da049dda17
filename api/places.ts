import { Problem, unavailable } from './problem';

/** How many there may be at once. */
export interface PlaceLimits {
  ofPrincipal: number;
  ofProcess: number;
}

const waitSeconds = '10';

/** Places for answers that take long and hold something open all the while: who finds none is told to come again. */
export class Places {
  private readonly taken = new Map<string, number>();
  private all = 0;

  /** @param what they are, in the plural, for the message */
  constructor(
    private readonly what: string,
    private readonly limits: PlaceLimits,
  ) {}

  /**
   * Takes a place until the signal aborts.
   * @throws Problem `too_many_streams` where the principal has all that are its own, `unavailable` where the process has none left
   */
  take(subject: string, until: AbortSignal): void {
    const own = this.taken.get(subject) ?? 0;
    const { ofPrincipal, ofProcess } = this.limits;
    if (own >= ofPrincipal) {
      const detail = `there are ${ofPrincipal} ${this.what} of ${subject} under way: wait until one has ended`;
      throw new Problem('too_many_streams', detail, [], { 'Retry-After': waitSeconds });
    }
    if (this.all >= ofProcess) throw unavailable(undefined, `there are ${ofProcess} ${this.what} under way already`);
    // Nobody would give it back.
    if (until.aborted) return;
    this.taken.set(subject, own + 1);
    this.all += 1;
    until.addEventListener('abort', () => this.leave(subject), { once: true });
  }

  private leave(subject: string): void {
    this.all -= 1;
    const left = (this.taken.get(subject) ?? 1) - 1;
    if (left > 0) this.taken.set(subject, left);
    else this.taken.delete(subject);
  }
}

/** Those of one process. A bundle compresses and reads as fast as it is taken; a stream looks for what is new once a second. */
export function evidencePlaces(): { exports: Places; streams: Places } {
  return {
    exports: new Places('exports', { ofPrincipal: 2, ofProcess: 8 }),
    streams: new Places('streams of the ledger', { ofPrincipal: 4, ofProcess: 64 }),
  };
}
