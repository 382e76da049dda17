/** One line of a chart. `points`: ms since 1970 and the value, ascending. */
export interface Line {
  label: string;
  points: readonly (readonly [number, number])[];
}

/** Lines over the same moments, as the chart and the table take them. */
export interface Aligned {
  /** Seconds since 1970, one for each step. */
  times: number[];
  labels: string[];
  /** One for each label; null where nothing was measured. */
  columns: (number | null)[][];
}

/** @param step in seconds; points lie on whole ones */
export function aligned(
  lines: readonly Line[],
  { from, to, step }: { from: string; to: string; step: number },
): Aligned {
  const begin = Date.parse(from) / 1_000;
  const count = Math.max(0, Math.round((Date.parse(to) / 1_000 - begin) / step));
  const times = Array.from({ length: count }, (_, i) => begin + i * step);
  const columns = lines.map(({ points }) => {
    const column = new Array<number | null>(count).fill(null);
    for (const [time, value] of points) {
      const place = Math.floor((time / 1_000 - begin) / step);
      if (place >= 0 && place < count) column[place] = value;
    }
    return column;
  });
  return { times, labels: lines.map(({ label }) => label), columns };
}

export interface Summary {
  now: number;
  least: number;
  most: number;
}

/** What a line comes to; null where nothing was measured. `now` is what was measured last. */
export function summaryOf(column: readonly (number | null)[]): Summary | null {
  const values = column.filter((value): value is number => value !== null);
  const now = values.at(-1);
  if (now === undefined) return null;
  return { now, least: Math.min(...values), most: Math.max(...values) };
}

type Labels = Readonly<Record<string, string>>;

/**
 * What tells the series of a chart apart, one for each: of which process something is only where they are of several.
 * @param name of what was asked for, where a chart asks for several
 */
export function labelsOf(series: readonly Labels[], name?: string): string[] {
  const differs = (key: string): boolean => new Set(series.map((labels) => labels[key])).size > 1;
  const roles = differs('role');
  const instances =
    differs('instance') && series.some((one, i) => series.some((other, j) => j > i && alike(one, other)));
  return series.map((labels) => {
    const { role, instance, ...own } = labels;
    const process = [...(roles && role ? [role] : []), ...(instances && instance ? [instance.slice(0, 8)] : [])];
    const parts = [...(name === undefined ? [] : [name]), ...Object.values(own), ...process];
    return parts.length === 0 ? (role ?? 'all') : parts.join(', ');
  });
}

/** Whether only their processes tell them apart. */
function alike(one: Labels, other: Labels): boolean {
  return Object.keys({ ...one, ...other }).every((key) => key === 'instance' || one[key] === other[key]);
}
