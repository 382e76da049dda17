/** What is usual of a count per window: moving averages of it and of its spread. Plain JSON. */
export interface Baseline {
  mean: number;
  variance: number;
  /** How many windows it has seen. */
  windows: number;
}

export const noBaseline: Baseline = { mean: 0, variance: 0, windows: 0 };

/** Windows before anything counts as unusual. */
export const windowsToLearn = 6;
const weight = 0.1;
/** How seldom a spike may be told of that is none, over all counts that are looked at in one window. */
const falseAlarms = 1e-6;
/** What is unusual, and too little to matter. */
const leastCount = 10;
const leastFactor = 3;

/**
 * Whether a count is more than chance explains. Chernoff's bound of the Poisson tail, P(X ≥ c) ≤ exp(−(c·ln(c/λ) − c + λ)) for c > λ,
 * with the exponent divided by the dispersion φ = variance/λ where counts spread wider than Poisson's (quasi-Poisson), and the
 * level shared among all counts of the window (Bonferroni). λ is at least what one count in all windows seen would come to.
 * @param tests how many counts are looked at in this window
 */
export function isSpike(count: number, { mean, variance, windows }: Baseline, tests: number): boolean {
  if (windows < windowsToLearn || count < leastCount) return false;
  const usual = Math.max(mean, 1 / windows);
  if (count < leastFactor * usual) return false;
  const exponent = count * Math.log(count / usual) - count + usual;
  return exponent / Math.max(1, variance / usual) > Math.log(Math.max(1, tests) / falseAlarms);
}

/** The baseline after one more window. What was a spike counts only as far as three times of what was usual. */
export function learn(baseline: Baseline, count: number, spike: boolean): Baseline {
  const taken = spike ? Math.min(count, leastFactor * Math.max(baseline.mean, 1)) : count;
  const { mean, variance, windows } = baseline;
  // A plain average until there is enough for a moving one.
  const share = Math.max(weight, 1 / (windows + 1));
  const off = taken - mean;
  return {
    mean: mean + share * off,
    variance: (1 - share) * (variance + share * off * off),
    windows: windows + 1,
  };
}
