import ora from 'ora';
import { createColors } from 'picocolors';

/** What a column shows of a row. */
export type Columns<Row> = Record<string, (row: Row) => unknown>;

/** All that a command prints: for people, or with `--json` for programs. Progress and notes go to stderr. */
export class Output {
  private readonly colors;

  constructor(
    readonly json: boolean,
    colour: boolean,
    private readonly stdout: NodeJS.WriteStream,
    private readonly stderr: NodeJS.WriteStream,
  ) {
    this.colors = createColors(colour && !json);
  }

  /** As JSON the whole answer; for people the rows that it holds. */
  table<Row>(answer: unknown, rows: readonly Row[], columns: Columns<Row>): void {
    if (this.json) return this.document(answer);
    if (rows.length === 0) return this.note('nothing');
    const names = Object.keys(columns);
    const cells = rows.map((row) => Object.values(columns).map((show) => oneLine(show(row))));
    const widths = names.map((name, i) => Math.max(name.length, ...cells.map((line) => line[i]?.length ?? 0)));
    const line = (parts: readonly string[]): string => parts.map((part, i) => part.padEnd(widths[i] ?? 0)).join('  ');
    this.line(this.colors.dim(line(names.map((name) => name.toUpperCase())).trimEnd()));
    for (const row of cells) this.line(this.tinted(line(row).trimEnd()));
  }

  /** One thing with its parts, one a line. */
  record(answer: unknown, parts: Record<string, unknown>): void {
    if (this.json) return this.document(answer);
    const width = Math.max(...Object.keys(parts).map((name) => name.length));
    for (const [name, value] of Object.entries(parts)) {
      if (value === undefined || value === null) continue;
      const text = typeof value === 'string' ? this.tinted(value) : JSON.stringify(value, null, 2);
      this.line(`${this.colors.dim(name.padEnd(width))}  ${text.replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`);
    }
  }

  /** JSON, for people indented and for programs too. */
  document(value: unknown): void {
    this.line(JSON.stringify(value, null, 2));
  }

  /** One of many as it comes: NDJSON, or a line for people. */
  item(value: unknown, text: string): void {
    this.line(this.json ? JSON.stringify(value) : this.tinted(text));
  }

  /** What was done, for people; programs get the answer. */
  done(answer: unknown, text: string): void {
    if (this.json) this.document(answer);
    else this.line(`${this.colors.green('✓')} ${text}`);
  }

  line(text: string): void {
    this.stdout.write(`${text}\n`);
  }

  note(text: string): void {
    if (!this.json) this.stderr.write(`${this.colors.dim(text)}\n`);
  }

  failure(text: string, details: readonly string[]): void {
    this.stderr.write(`${this.colors.red('ymera:')} ${text}\n`);
    for (const detail of details) this.stderr.write(`  ${detail}\n`);
  }

  /** Shows that something goes on, where somebody looks. @returns how it is told what is new, and that it has ended */
  progress(text: string): { text(now: string): void; stop(): void } {
    if (this.json || !this.stderr.isTTY) return { text: () => undefined, stop: () => undefined };
    const spinner = ora({ text, stream: this.stderr }).start();
    return { text: (now) => (spinner.text = now), stop: () => void spinner.stop() };
  }

  /** Words that say how something stands, in the colour of what they mean. */
  private tinted(text: string): string {
    const { green, red, yellow } = this.colors;
    return text
      .replace(/\b(running|succeeded|approved|healthy|pass|ok|accepted)\b/g, (word) => green(word))
      .replace(/\b(failed|failing|denied|cancelled|fail|down|NOTIFICATION|ineffective|vetoed)\b/g, (word) => red(word))
      .replace(/\b(stopped|paused|pending|waiting|blocked|undoing|degraded|not_checkable)\b/g, (word) => yellow(word));
  }
}

function oneLine(value: unknown): string {
  if (value === null || value === undefined) return '-';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // What others wrote must not steer the terminal.
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  return plain.length > 120 ? `${plain.slice(0, 119)}…` : plain;
}

/** A time in the reader's zone, to the second. */
export function localTime(iso: string | null | undefined): string {
  if (!iso) return '-';
  const at = new Date(iso);
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
