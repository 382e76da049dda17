import { DomainError } from '../core/errors';

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const shape = /^(\d{1,15}(?:\.\d{1,15})?)(ms|s|m|h|d|w)$/;

/** Seconds in a year: longer than anything that a runbook may wait for. */
const longest = 31_536_000;

/**
 * @param value seconds as a number, or a text such as `250ms`, `30s`, `15m`, `2h`, `7d`, `2w`; a year at the most
 * @returns whole milliseconds
 * @throws DomainError `invalid_runbook`
 */
export function durationMs(value: number | string): number {
  const ms = typeof value === 'number' ? value * 1000 : textMs(value);
  if (!(ms >= 0 && ms <= longest * 1000)) throw notOne(value);
  return Math.round(ms);
}

function textMs(text: string): number {
  const [, amount, unit] = shape.exec(text) ?? [];
  return Number(amount) * (units[unit ?? ''] ?? Number.NaN);
}

function notOne(value: unknown): DomainError {
  const shown = JSON.stringify(typeof value === 'string' ? value.slice(0, 40) : value) ?? typeof value;
  return new DomainError(
    'invalid_runbook',
    `${shown} is not a duration: give seconds, or a text such as 30s, 15m, 2h or 7d, up to 365 days`,
  );
}
