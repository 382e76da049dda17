import type { MomentRead } from './folded-history';
import type { HistoryReader } from './history-reader';

/** While somebody drags over what is not here yet, it is fetched where they come to rest for so long, in ms. */
const settleMs = 120;

export interface MomentShown {
  read: MomentRead | null;
  error: unknown;
}

/** The moment that is looked at. Of those wanted while one is being read only the last is read next, so that a drag never queues up. */
export class MomentWatch {
  private shown: MomentShown = { read: null, error: null };
  private wanted: { at: number; against: number | null } | null = null;
  private running = false;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly reader: HistoryReader) {}

  get current(): MomentShown {
    return this.shown;
  }

  onChange = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  want(at: number, against: number | null): void {
    this.wanted = { at, against };
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.wanted !== null) {
      if (this.shown.read !== null && !this.isHere(this.wanted)) {
        await new Promise((resolve) => setTimeout(resolve, settleMs));
      }
      const { at, against } = this.wanted;
      this.wanted = null;
      const shown = await this.reader.moment(at, against).then(
        (read) => ({ read, error: null }),
        (error: unknown) => ({ read: this.shown.read, error }),
      );
      this.shown = shown;
      for (const listener of this.listeners) listener();
    }
    this.running = false;
  }

  private isHere({ at, against }: { at: number; against: number | null }): boolean {
    return this.reader.has(at) && (against === null || this.reader.has(against));
  }
}
