import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger';
import { isTransient } from './pool';
import type { LogLine, LogStream } from './run-logs';
import { TextLines } from './text-lines';

/** How much is taken along by one append, and how long the first line of it waits for others, in ms. */
const batchLines = 200;
const batchMs = 150;
/** Above this many bytes of text that wait, who writes waits too. */
const mostWaiting = 256 * 1024;
const firstPauseMs = 100;
const longestPauseMs = 2_000;

interface Waiting {
  line: LogLine;
  bytes: number;
}

/**
 * The log of one attempt of a step. It appends in batches, one after the other; while that fails for a passing reason, it
 * tries again for `patienceMs` and so holds up who writes. What could not be kept then is counted, and a line says so.
 */
export class StepLog {
  private readonly texts = new Map<LogStream, TextLines>();
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private dropped = 0;
  private closed = false;
  /** The run's log takes no more. */
  private full = false;
  /** The appends under way; null while nothing waits. */
  private work: Promise<void> | null = null;
  /** Ends the wait for more lines. */
  private hurry = new AbortController();
  private writers: (() => void)[] = [];

  /** @param append as `RunLogs.append` */
  constructor(
    private readonly path: string,
    private readonly attempt: number,
    private readonly append: (lines: LogLine[], batch: string) => Promise<boolean>,
    private readonly logger: Logger,
    private readonly patienceMs = 60_000,
  ) {}

  /**
   * Takes text in pieces of any size; a line is kept once it has its line break. Never throws; what comes after `close` is
   * not kept.
   * @returns when little enough waits to go on
   */
  async write(stream: LogStream, text: string): Promise<void> {
    if (this.closed) return;
    const lines = this.texts.get(stream) ?? new TextLines();
    this.texts.set(stream, lines);
    this.enqueue(stream, lines.push(text));
    while (this.waitingBytes >= mostWaiting) await new Promise<void>((resolve) => this.writers.push(resolve));
  }

  /** Keeps what waits, the lines without a line break too. Never throws. */
  async close(): Promise<void> {
    if (!this.closed) {
      this.closed = true;
      for (const [stream, lines] of this.texts) this.enqueue(stream, lines.end());
    }
    this.hurry.abort();
    await this.work;
    const lines = this.dropped;
    if (lines === 0 || (await this.tryAppend([this.marker()]))) return;
    this.logger.warn({ lines }, 'lines of a step were not kept, and its log does not say so');
  }

  private enqueue(stream: LogStream, texts: readonly string[]): void {
    if (this.full) return;
    const time = new Date().toISOString();
    for (const text of texts) {
      const bytes = Buffer.byteLength(text);
      this.waiting.push({ line: { path: this.path, attempt: this.attempt, stream, time, text }, bytes });
      this.waitingBytes += bytes;
    }
    if (this.isEnough()) this.hurry.abort();
    if (this.waiting.length > 0) this.work ??= this.appendAll();
  }

  private isEnough(): boolean {
    return this.closed || this.waiting.length >= batchLines || this.waitingBytes >= mostWaiting;
  }

  private async appendAll(): Promise<void> {
    while (this.waiting.length > 0) {
      if (!this.isEnough()) {
        this.hurry = new AbortController();
        await sleep(batchMs, undefined, { signal: this.hurry.signal }).catch(() => undefined);
      }
      const batch = this.waiting.splice(0, batchLines);
      await this.keep(batch.map(({ line }) => line));
      for (const { bytes } of batch) this.waitingBytes -= bytes;
      if (this.full) this.forget();
      for (const goOn of this.writers.splice(0)) goOn();
    }
    // At once, not in a `finally` of the promise: a line that came in between would find work that is done.
    this.work = null;
  }

  private forget(): void {
    this.waiting = [];
    this.waitingBytes = 0;
  }

  private async keep(lines: LogLine[]): Promise<void> {
    const marked = this.dropped > 0 ? [this.marker(lines[0]), ...lines] : lines;
    if (!(await this.tryAppend(marked))) this.dropped += lines.length;
  }

  /** Whether it was appended. Since lines were dropped, one failure is enough: the step has waited long enough. */
  private async tryAppend(lines: LogLine[]): Promise<boolean> {
    const batch = randomUUID();
    const deadline = Date.now() + (this.dropped > 0 ? 0 : this.patienceMs);
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        this.full = !(await this.append(lines, batch));
        this.dropped = 0;
        return true;
      } catch (error) {
        const again = isTransient(error) && Date.now() + pauseMs <= deadline;
        if (pauseMs === firstPauseMs) this.logger.warn({ err: error, again }, 'lines of a step could not be kept');
        if (!again) return false;
      }
      await sleep(pauseMs);
    }
  }

  /** @param next the line that comes after those that were dropped */
  private marker(next?: LogLine): LogLine {
    const time = next?.time ?? new Date().toISOString();
    const text = `${this.dropped} lines were not kept: they could not be stored in time`;
    return { path: this.path, attempt: this.attempt, stream: 'info', time, text };
  }
}
