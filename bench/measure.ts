/** Milliseconds of each call. */
export interface Sample {
  latencies: number[];
  seconds: number;
}

/** What a call resolves to that was refused in the end: it is not counted. */
export const failed = Symbol('failed');

/** Has `callers` call one after another until the time is up, after a warm-up that is not counted. */
export async function sample(
  callers: number,
  seconds: number,
  call: (caller: number) => Promise<unknown>,
  warmUpSeconds = 1,
): Promise<Sample> {
  const latencies: number[] = [];
  const from = performance.now() + warmUpSeconds * 1000;
  const until = from + seconds * 1000;
  const loop = async (caller: number): Promise<void> => {
    for (;;) {
      const began = performance.now();
      if (began >= until) return;
      const done = await call(caller);
      const ended = performance.now();
      if (done !== failed && began >= from && ended <= until) latencies.push(ended - began);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)));
  return { latencies, seconds };
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
export const perSecond = ({ latencies, seconds }: Sample): number => latencies.length / seconds;

/** One line of a result: what was measured in each round, side by side, and the median of the rounds' ratios. */
export function report(what: string, unit: string, ours: number[], theirs: number[], aim: string): string {
  const ratio = median(ours.map((value, i) => value / (theirs[i] ?? NaN)));
  const list = (values: number[]): string => values.map((v) => v.toFixed(v < 100 ? 1 : 0)).join(', ');
  return `| ${what} | ${list(ours)} ${unit} | ${list(theirs)} ${unit} | ${ratio.toFixed(2)}× | ${aim} |`;
}
