import type { components } from '../../../../generated/api-types';

export type LogLine = components['schemas']['RunLogLine'];

/**
 * The lines of one run, each once and in order. They are numbered from 1 without a gap, so what is missing and what comes twice
 * is seen by the number alone.
 */
export class LogBook {
  private kept: LogLine[] = [];
  private readonly listeners = new Set<() => void>();

  /** The lines; another array each time that there are more. */
  get lines(): readonly LogLine[] {
    return this.kept;
  }

  /** Number of the last line. */
  get position(): number {
    return this.kept.at(-1)?.position ?? 0;
  }

  /** @returns false where lines are missing between those known and these: nothing after the gap was kept */
  add(lines: readonly LogLine[]): boolean {
    const more: LogLine[] = [];
    let next = this.position + 1;
    for (const line of lines) {
      if (line.position < next) continue;
      if (line.position > next) break;
      more.push(line);
      next += 1;
    }
    if (more.length > 0) {
      this.kept = [...this.kept, ...more];
      for (const listener of this.listeners) listener();
    }
    return (lines.at(-1)?.position ?? 0) < next;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** Which of the lines hold a text, whatever its case: their indexes. */
export function matchesOf(lines: readonly LogLine[], text: string): number[] {
  const wanted = text.toLowerCase();
  if (wanted === '') return [];
  return lines.flatMap((line, index) => (line.text.toLowerCase().includes(wanted) ? [index] : []));
}

/** As a file: time, step, stream, text. */
export function asText(lines: readonly LogLine[]): string {
  return lines.map(({ time, path, stream, text }) => `${time} ${path} ${stream} ${text}\n`).join('');
}
