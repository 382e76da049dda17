import { canonicalText } from '../../actors/core/canonical';

/** A line of `records.ndjson`. */
export interface RecordLine {
  /** Null where the line is no JSON. */
  value: unknown;
  /** As the record says; one more than that of the line before, where it does not say. */
  sequence: number;
  /** Whether the line is the canonical JSON of what it says: else two readers could see two records in it. */
  canonical: boolean;
}

/** Records one after the other, the next one in sight. */
export class Lookahead {
  private next: RecordLine | null | undefined;
  private before = 0;

  constructor(private readonly lines: AsyncGenerator<string>) {}

  /** The next one, or null where there is none. */
  async peek(): Promise<RecordLine | null> {
    if (this.next !== undefined) return this.next;
    const line = await this.lines.next();
    this.next = line.done ? null : this.read(line.value);
    return this.next;
  }

  take(): void {
    this.before = this.next?.sequence ?? this.before;
    this.next = undefined;
  }

  async close(): Promise<void> {
    await this.lines.return(undefined);
  }

  private read(line: string): RecordLine {
    try {
      const value = JSON.parse(line) as { sequence?: unknown } | null;
      const told = value?.sequence;
      const sequence = Number.isSafeInteger(told) ? (told as number) : this.before + 1;
      return { value, sequence, canonical: canonicalText(value) === line };
    } catch {
      return { value: null, sequence: this.before + 1, canonical: false };
    }
  }
}
