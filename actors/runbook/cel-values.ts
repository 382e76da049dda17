import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { ExpressionError } from './expression-error';

/** Plain JSON to CEL's values and back. CEL tells whole numbers (BigInt) from others; JSON does not. */

const deepest = 200;

/** A copy of plain JSON in which whole numbers are BigInt and objects have no prototype. */
export function toCel(value: unknown, depth = 0): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) throw tooDeep();
  if (Array.isArray(value)) return value.map((item) => toCel(item ?? null, depth + 1));
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) if (item !== undefined) copy[key] = toCel(item, depth + 1);
  return copy;
}

/**
 * A result of CEL as plain JSON.
 * @param spend told of the work, which may be far more than the size in memory: parts may be there many times
 * @throws ExpressionError where JSON has no such value
 */
export function fromCel(value: unknown, spend: (work: number) => void, depth = 0): unknown {
  spend(1);
  if (depth > deepest) throw tooDeep();
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return wholeNumber(value);
  if (typeof value === 'object') return objectFromCel(value, spend, depth);
  if (typeof value === 'string') spend(value.length / 8);
  else if (typeof value !== 'number') throw failed(`the result is no value: ${typeof value}`);
  else if (!Number.isFinite(value)) throw failed(`the result is no number that JSON knows: ${value}`);
  return value;
}

function objectFromCel(value: object, spend: (work: number) => void, depth: number): unknown {
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item) => fromCel(item, spend, depth + 1));
  if (value instanceof UnsignedInt) return wholeNumber(value.valueOf());
  if (value instanceof Duration) return durationText(Math.round(value.valueOf()));
  if (!isMap(value)) throw failed('the result is no value that JSON knows');
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [keyOf(key, spend), fromCel(item, spend, depth + 1)]));
}

function keyOf(key: unknown, spend: (work: number) => void): string {
  const text = String(key);
  spend(text.length / 8);
  return text;
}

function durationText(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

function isMap(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || value instanceof Map;
}

function wholeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw failed(`the result is a larger number than JSON keeps exactly: ${value}`);
  return number;
}

/** How much work it is to look at all of it, up to `most`. */
export function weightOf(value: unknown, most: number): number {
  let weight = 0;
  const open = [value];
  while (open.length > 0 && weight < most) {
    const one = open.pop();
    weight += 1;
    if (typeof one === 'string') weight += one.length / 8;
    else if (typeof one === 'object' && one !== null) for (const item of Object.values(one)) open.push(item);
  }
  return weight;
}

function tooDeep(): ExpressionError {
  return failed(`a value is nested deeper than ${deepest} levels`);
}

function failed(message: string): ExpressionError {
  return new ExpressionError('expression_failed', message);
}
