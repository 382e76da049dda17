/** What a number counts. `seconds` are told as the time they are, `share` as a percentage. */
export type Unit = 'seconds' | 'milliseconds' | 'perSecond' | 'count' | 'bytes' | 'cores' | 'shift';

/** A value as people read it, short enough for an axis. */
export function format(value: number, unit: Unit): string {
  switch (unit) {
    case 'seconds':
      return time(value * 1_000);
    case 'milliseconds':
      return time(value);
    case 'bytes':
      return bytes(value);
    case 'perSecond':
      return `${short(value)}/s`;
    case 'cores':
      return `${Math.round(value * 100)}%`;
    case 'count':
      return short(value);
    case 'shift':
      return value.toFixed(3);
    default:
      return unit satisfies never;
  }
}

/** The same, with a dash for what was not measured. */
export function told(value: number | null | undefined, unit: Unit): string {
  return value === null || value === undefined ? '–' : format(value, unit);
}

function time(ms: number): string {
  if (ms === 0) return '0 ms';
  if (ms < 1) return `${Math.round(ms * 1_000)} µs`;
  if (ms < 1_000) return `${digits(ms)} ms`;
  if (ms < 120_000) return `${digits(ms / 1_000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${digits(ms / 3_600_000)} h`;
}

function bytes(value: number): string {
  const step = [
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ] as const;
  const [size, name] = step.find(([least]) => value >= least) ?? [1, 'bytes'];
  return `${digits(value / size)} ${name}`;
}

function short(value: number): string {
  if (value >= 1e6) return `${digits(value / 1e6)} M`;
  return value >= 10_000 ? `${digits(value / 1e3)} k` : digits(value);
}

/** Three digits that count, without noughts at the end. */
function digits(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
