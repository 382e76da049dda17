import { mannWhitney } from './mann-whitney';

/** Which way a metric is good. */
export type Better = 'lower' | 'higher';

/** Values of each metric, by its name. */
export type Samples = Record<string, number[]>;

/** What must hold before a difference counts. */
export interface Thresholds {
  /** Chance of seeing any difference where there is none, over all metrics together. */
  alpha: number;
  /** Least relative change of the median that matters to anybody: 0.1 is a tenth. */
  minEffect: number;
}

/** One metric before and after. `p` is adjusted for how many metrics were looked at. */
export interface MetricChange {
  metric: string;
  verdict: 'better' | 'worse' | 'same';
  before: number;
  after: number;
  /** Relative change of the median; signed. */
  change: number;
  p: number;
}

/**
 * Compares samples metric by metric: a difference counts where the test finds it unlikely to be chance, with Holm's correction
 * for many metrics, and where it is large enough to matter.
 * @param metrics those without values on both sides are left out
 */
export function compareSamples(
  metrics: readonly { name: string; better: Better }[],
  before: Samples,
  after: Samples,
  { alpha, minEffect }: Thresholds,
): MetricChange[] {
  const tested = metrics.flatMap(({ name, better }) => {
    const [old, young] = [before[name] ?? [], after[name] ?? []];
    if (old.length === 0 || young.length === 0) return [];
    return [{ name, better, before: median(old), after: median(young), p: mannWhitney(old, young).p }];
  });
  const adjusted = holm(tested.map(({ p }) => p));
  return tested.map(({ name, better, ...medians }, index) => {
    const p = adjusted[index] ?? 1;
    const change = relative(medians.before, medians.after);
    const counts = p <= alpha && Math.abs(change) >= minEffect;
    const improved = better === 'lower' ? change < 0 : change > 0;
    return { metric: name, verdict: counts ? (improved ? 'better' : 'worse') : 'same', ...medians, change, p };
  });
}

/** Whether a change is worth keeping: something is better, and nothing is worse. */
export function isBetter(changes: readonly MetricChange[]): boolean {
  return changes.some(({ verdict }) => verdict === 'better') && changes.every(({ verdict }) => verdict !== 'worse');
}

/** P values adjusted by Holm's step-down method, in the order they came. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, index) => index).sort((a, b) => (ps[a] as number) - (ps[b] as number));
  const adjusted = new Array<number>(ps.length);
  let most = 0;
  order.forEach((index, rank) => {
    most = Math.max(most, Math.min(1, (ps.length - rank) * (ps[index] as number)));
    adjusted[index] = most;
  });
  return adjusted;
}

/** @param values at least one */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Events are JSON, which has no infinity: from nothing to something counts as a thousandfold. */
function relative(before: number, after: number): number {
  if (before === after) return 0;
  const most = 1000;
  return before === 0 ? Math.sign(after) * most : Math.max(-most, Math.min(most, (after - before) / Math.abs(before)));
}
