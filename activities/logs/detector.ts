import type { Finding } from '../../actors/logs/finding';
import { isSpike, learn, noBaseline, type Baseline } from '../../actors/logs/rate';
import { TemplateTree, type Template } from '../../actors/logs/template-tree';
import { LineTimes } from './line-times';
import { PatternWatch, type NamedPattern } from './pattern-watch';
import { signatureOf } from './signature';

export interface DetectorOptions {
  patterns: NamedPattern[];
  /** Lines before a line may be told of as new. */
  learnLines: number;
  windowMs: number;
  newPatterns: boolean;
  spikes: boolean;
}

/** What it has learned; plain JSON, so that another worker goes on from there. */
export interface Model {
  lines: number;
  /** Words, as one text, with what is usual of them. */
  templates: [text: string, baseline: Baseline][];
}

type Untold = Omit<Finding, 'suppressed'>;

interface Counted {
  template: Template;
  baseline: Baseline;
  count: number;
  lines: string[];
  spiking: boolean;
}

const mostTemplates = 1000;
const mostSignatures = 50_000;
const mostLineBytes = 4096;
const mostShown = 5;
/** Of the model, what is handed on. */
const mostKept = 300;
const longestKept = 300;
/** Empty windows that are gone through one by one after a pause of the log. */
const longestPause = 60;

/** Looks at the lines of one log, in chunks of whole lines: what is new, what is far more than usual, and what was asked for. */
export class LogDetector {
  private readonly tree = new TemplateTree(mostTemplates);
  private readonly counted = new Map<number, Counted>();
  /** Lines of one signature have one template: most lines are not taken apart at all. */
  private readonly bySignature = new Map<number, Counted>();
  private readonly times = new LineTimes();
  private readonly patterns: PatternWatch[];
  private lines = 0;
  private window: number | null = null;
  private found: Untold[] = [];

  constructor(
    private readonly options: DetectorOptions,
    known?: Model,
    private readonly now: () => number = Date.now,
  ) {
    this.patterns = options.patterns.map((pattern) => new PatternWatch(pattern));
    this.lines = known?.lines ?? 0;
    for (const [text, baseline] of known?.templates ?? []) {
      const { template, isNew } = this.tree.add(text);
      if (isNew) this.counted.set(template.id, fresh(template, baseline));
    }
  }

  /** @param chunk whole lines, each with its newline; not kept */
  consume(chunk: Buffer): Untold[] {
    this.found = [];
    const arrived = this.now();
    const next = this.patterns.map((pattern) => pattern.nextCandidate(chunk, 0));
    for (let start = 0; start < chunk.length;) {
      const newline = chunk.indexOf(10, start);
      const end = newline === -1 ? chunk.length : newline;
      if (end > start) this.one(chunk, start, end, arrived, next);
      start = end + 1;
    }
    return this.found;
  }

  /** What is handed on: the templates that were used last. */
  snapshot(): Model {
    const all = [...this.counted.values()].sort((a, b) => b.template.usedAt - a.template.usedAt);
    const templates = all
      .map(({ template, baseline }): Model['templates'][number] => [textOf(template), baseline])
      .filter(([text]) => text.length <= longestKept)
      .slice(0, mostKept);
    return { lines: this.lines, templates };
  }

  private one(chunk: Buffer, start: number, end: number, arrived: number, next: number[]): void {
    this.lines += 1;
    const time = this.times.of(chunk, start, end) ?? arrived;
    this.reach(Math.floor(time / this.options.windowMs));
    const stop = Math.min(end, start + mostLineBytes);
    const signature = signatureOf(chunk, start, stop);
    const counted =
      this.bySignature.get(signature) ?? this.unseen(signature, chunk.toString('utf8', start, stop), time);
    counted.count += 1;
    if (counted.lines.length < mostShown) counted.lines.push(chunk.toString('utf8', start, stop));
    next.forEach((candidate, index) => {
      if (candidate < end) next[index] = this.matched(this.patterns[index] as PatternWatch, chunk, start, end, time);
    });
  }

  private unseen(signature: number, line: string, time: number): Counted {
    const { template, isNew, forgotten } = this.tree.add(line);
    if (forgotten) this.counted.delete(forgotten.id);
    if (this.bySignature.size >= mostSignatures || forgotten) this.bySignature.clear();
    const counted = this.counted.get(template.id) ?? fresh(template, noBaseline);
    this.counted.set(template.id, counted);
    this.bySignature.set(signature, counted);
    if (isNew && this.options.newPatterns && this.lines > this.options.learnLines) {
      this.found.push({ kind: 'new', what: textOf(template), at: iso(time), count: 1, expected: null, lines: [line] });
    }
    return counted;
  }

  /** @returns where to look for it next */
  private matched(pattern: PatternWatch, chunk: Buffer, start: number, end: number, time: number): number {
    const line = chunk.toString('utf8', start, Math.min(end, start + mostLineBytes));
    if (pattern.matches(line)) {
      pattern.hits += 1;
      if (!pattern.told) {
        const what = pattern.named.name;
        this.found.push({ kind: 'pattern', what, at: iso(time), count: 1, expected: null, lines: [line] });
      }
      pattern.told = true;
    }
    return pattern.nextCandidate(chunk, end);
  }

  private reach(window: number): void {
    if (this.window === null) this.window = window;
    const ended = Math.min(window - this.window, longestPause);
    for (let n = 0; n < ended; n += 1) this.endWindow(this.window);
    if (ended > 0) this.window = window;
  }

  private endWindow(window: number): void {
    const at = iso((window + 1) * this.options.windowMs);
    const tests = this.counted.size;
    for (const counted of this.counted.values()) {
      const { count, baseline, template, lines } = counted;
      const spike = this.options.spikes && isSpike(count, baseline, tests);
      if (spike && !counted.spiking) {
        const expected = Math.round(baseline.mean * 10) / 10;
        this.found.push({ kind: 'spike', what: textOf(template), at, count, expected, lines });
      }
      counted.baseline = learn(baseline, count, spike);
      counted.spiking = spike;
      counted.count = 0;
      counted.lines = [];
    }
    for (const pattern of this.patterns) {
      // Told again only after it was quiet for a while.
      if (pattern.hits === 0) pattern.told = false;
      pattern.hits = 0;
    }
  }
}

function fresh(template: Template, baseline: Baseline): Counted {
  return { template, baseline, count: 0, lines: [], spiking: false };
}

function textOf({ words }: Template): string {
  return words.join(' ');
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
