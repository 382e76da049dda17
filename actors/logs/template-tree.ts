/**
 * Templates of log lines, found as Drain does it (He et al., 2017): lines of one length and one beginning share a leaf, and within
 * it a line joins the template that it has most words in common with. Bounded, and the same for the same lines.
 */

export const anyWord = '<*>';

export interface Template {
  id: number;
  /** Words that all of its lines have at their place, and `anyWord` where they differ. */
  words: string[];
  /** How many of the words were fixed in its first line: never more than half of them become `anyWord`. */
  fixedAtFirst: number;
  /** When a line last joined it, counted in calls. */
  usedAt: number;
}

const mostWords = 60;
const mostBeginnings = 100;
/** Of the fixed words of a template, this share must be in a line that joins it. */
const similar = 0.6;
const severity =
  /^\W*(trace|debug|info|notice|warn|warning|err|error|severe|crit|critical|fatal|panic|emerg|alert|exception)\W*$/i;
/** A word with a digit in it names one thing out of many. */
const variable = /\d/;

export class TemplateTree {
  private readonly leaves = new Map<string, Template[]>();
  private readonly beginnings = new Map<string, Set<string>>();
  private numbers = 0;
  private calls = 0;
  private count = 0;

  /** @param most templates; beyond that, the one that was used the longest ago is forgotten */
  constructor(private readonly most = 1000) {}

  /** The template that a line belongs to; `isNew` where it is the first of its own. `forgotten` made room for it. */
  add(line: string): { template: Template; isNew: boolean; forgotten: Template | null } {
    this.calls += 1;
    const words = wordsOf(line);
    const key = this.keyOf(words);
    const leaf = this.leaves.get(key) ?? [];
    const template = bestOf(leaf, words);
    if (template) {
      template.usedAt = this.calls;
      template.words = merged(template.words, words);
      return { template, isNew: false, forgotten: null };
    }
    const fixedAtFirst = fixed(words);
    this.numbers += 1;
    const made: Template = { id: this.numbers, words, fixedAtFirst, usedAt: this.calls };
    const forgotten = this.count >= this.most ? this.forgetOldest() : null;
    this.leaves.set(key, [...(this.leaves.get(key) ?? []), made]);
    this.count += 1;
    return { template: made, isNew: true, forgotten };
  }

  get size(): number {
    return this.count;
  }

  private keyOf(words: string[]): string {
    const grade = words.find((word) => severity.test(word)) ?? '';
    const first = words.find((word) => word !== anyWord && word !== grade) ?? '';
    const above = `${words.length} ${grade}`;
    const known = this.beginnings.get(above) ?? new Set();
    this.beginnings.set(above, known);
    // So many that it must be a name: lines that begin with one share a leaf.
    if (!known.has(first) && known.size >= mostBeginnings) return `${above} ${anyWord}`;
    known.add(first);
    return `${above} ${first}`;
  }

  private forgetOldest(): Template | null {
    let oldest: { key: string; template: Template } | null = null;
    for (const [key, leaf] of this.leaves) {
      for (const template of leaf) if (!oldest || template.usedAt < oldest.template.usedAt) oldest = { key, template };
    }
    if (!oldest) return null;
    const { key, template } = oldest;
    const rest = (this.leaves.get(key) ?? []).filter((one) => one !== template);
    if (rest.length > 0) this.leaves.set(key, rest);
    else this.leaves.delete(key);
    this.count -= 1;
    return template;
  }
}

/** At most so many; what comes after is one more word that may be any. */
function wordsOf(line: string): string[] {
  const words = line.trim().split(/\s+/, mostWords + 1);
  return words.map((word, index) => (index === mostWords || variable.test(word) ? anyWord : word));
}

function fixed(words: string[]): number {
  return words.filter((word) => word !== anyWord).length;
}

/** A line of the same beginning that says too little else in common is another template. */
function bestOf(leaf: Template[], words: string[]): Template | null {
  let best: { template: Template; equal: number } | null = null;
  for (const template of leaf) {
    const equal = template.words.filter((word, index) => word !== anyWord && word === words[index]).length;
    const enough = equal >= similar * fixed(template.words) && equal >= template.fixedAtFirst / 2;
    if (enough && (!best || equal > best.equal)) best = { template, equal };
  }
  return best?.template ?? null;
}

function merged(template: string[], words: string[]): string[] {
  if (template.every((word, index) => word === anyWord || word === words[index])) return template;
  return template.map((word, index) => (word === words[index] ? word : anyWord));
}
