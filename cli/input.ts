import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CliError, exitCodes } from './errors';

/** The text of a file, or of stdin where it is `-`. @throws CliError */
export async function textOf(path: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CliError(`${path} can not be read: ${(error as NodeJS.ErrnoException).code}`, exitCodes.usage);
  }
}

/** JSON given in place, or as `@file` or `@-`. @throws CliError */
export async function jsonOf(given: string, what: string): Promise<Record<string, unknown>> {
  const source = given.startsWith('@') ? await textOf(given.slice(1)) : given;
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw new CliError(`${what} is not JSON: ${(error as Error).message}`, exitCodes.usage);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new CliError(`${what} must be a JSON object`, exitCodes.usage);
}

/** `key=value` pairs; a value that is JSON is what it says, any other one a text. */
export function pairsOf(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new CliError(`${pair} is not key=value`, exitCodes.usage);
      return [pair.slice(0, at), valueOf(pair.slice(at + 1))];
    }),
  );
}

function valueOf(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

/** A whole number of at least `least`. @throws CliError */
export function integer(name: string, least = 1): (given: string) => number {
  return (given) => {
    const value = Number(given);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new CliError(`${name} must be a whole number of at least ${least}, not ${given}`, exitCodes.usage);
  };
}
