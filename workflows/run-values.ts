import type { Duration } from '../actors/runbook/document';
import { durationMs } from '../actors/runbook/duration';
import { ExpressionError, render } from '../actors/runbook/expressions';

/** Longer than anything that a run may wait for. */
const longestMs = 366 * 86_400_000;

type Values = Readonly<Record<string, unknown>>;

/** @returns whole milliseconds @throws ExpressionError, or DomainError where it is no duration */
export function msOf(duration: Duration, scope: Values): number {
  return durationMs(render(duration, scope) as Duration);
}

/** @throws ExpressionError also where it is not a whole number from 0 */
export function countOf(count: number | string, scope: Values): number {
  const value = render(count, scope);
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new ExpressionError('expression_failed', `${JSON.stringify(value)} is not a whole number from 0`);
}

/** @returns epoch ms @throws ExpressionError also where it is no time, or further away than a year */
export function timeOf(time: string, scope: Values): number {
  const value = render(time, scope);
  const at = Date.parse(String(value));
  if (at - Date.now() <= longestMs) return at;
  throw new ExpressionError('expression_failed', `${JSON.stringify(value)} is not a time within a year`);
}
