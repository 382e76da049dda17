/** What two samples say of each other. */
export interface RankTest {
  /** Mann and Whitney's U of the second sample: in how many pairs its value is the larger one; ties count half. */
  u: number;
  /** Two-sided: how likely a difference at least as large is where there is none. */
  p: number;
}

/** As many values as the exact distribution is worked out for. */
const exactUpTo = 20;

/**
 * The Mann-Whitney U test: whether values of one sample tend to be larger than those of the other, whatever their distribution.
 * Exact for small samples without ties, else by the normal approximation with the corrections for ties and for continuity.
 * @param before @param after each at least one finite number
 */
export function mannWhitney(before: readonly number[], after: readonly number[]): RankTest {
  const [n, m] = [before.length, after.length];
  const { ranks, tied, tieTerm } = ranked([...before, ...after]);
  const rankSum = ranks.slice(n).reduce((sum, rank) => sum + rank, 0);
  const u = rankSum - (m * (m + 1)) / 2;
  if (!tied && n <= exactUpTo && m <= exactUpTo) return { u, p: exactP(Math.min(u, n * m - u), n, m) };
  const size = n + m;
  const variance = ((n * m) / 12) * (size + 1 - tieTerm / (size * (size - 1)));
  // All values are the same.
  if (variance <= 0) return { u, p: 1 };
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(variance);
  return { u, p: Math.min(1, erfc(z / Math.SQRT2)) };
}

/** Ranks from 1; those that are equal share the mean of theirs. `tieTerm`: the sum of t³ - t over groups of t equal ones. */
function ranked(values: number[]): { ranks: number[]; tied: boolean; tieTerm: number } {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = new Array<number>(values.length);
  let tieTerm = 0;
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to += 1;
    const count = to - from;
    tieTerm += count ** 3 - count;
    for (const index of order.slice(from, to)) ranks[index] = (from + 1 + to) / 2;
    from = to;
  }
  return { ranks, tied: tieTerm > 0, tieTerm };
}

/** Twice the share of all orders of n and m values that have a U of at most `u`. */
function exactP(u: number, n: number, m: number): number {
  // ways[k]: in how many ways some of the largest ranks can be chosen so that U is k (Mann and Whitney, 1947).
  let ways: number[][] = Array.from({ length: m + 1 }, () => [1]);
  for (let i = 1; i <= n; i += 1) {
    const next: number[][] = [[1]];
    for (let j = 1; j <= m; j += 1) {
      const [shorter, fewer] = [next[j - 1] as number[], ways[j] as number[]];
      next.push(Array.from({ length: i * j + 1 }, (_, k) => (shorter[k - i] ?? 0) + (fewer[k] ?? 0)));
    }
    ways = next;
  }
  const counts = ways[m] as number[];
  const all = counts.reduce((sum, count) => sum + count, 0);
  const few = counts.slice(0, u + 1).reduce((sum, count) => sum + count, 0);
  return Math.min(1, (2 * few) / all);
}

/** The complementary error function of x ≥ 0, with a relative error below 1.2e-7 (Numerical Recipes, `erfcc`). */
function erfc(x: number): number {
  const t = 1 / (1 + x / 2);
  const terms = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  return t * Math.exp(-x * x + terms.reduceRight((sum, term) => sum * t + term, 0));
}
