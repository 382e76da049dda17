import { boundedJson } from './bounded-json';

/** What became of one value: `before` is missing where it was not there, `after` where it is not there any more. */
export interface ValueChange {
  /** JSON Pointer. */
  path: string;
  before?: unknown;
  after?: unknown;
}

/** Longer values are cut. */
const mostValueBytes = 4096;

/**
 * The value at a JSON Pointer, as its own JSON document `[value]`, or `[]` where there is none.
 * @param pointer RFC 6901; empty for the whole
 */
export function valueAt(whole: unknown, pointer: string): [unknown] | [] {
  let value = whole;
  for (const step of stepsOf(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return [];
    value = (value as Record<string, unknown>)[step];
  }
  return [value];
}

/** One step of a JSON Pointer (RFC 6901). */
export function escapePointer(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}

function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * The innermost values at or under a pointer that differ. Cheap where both share most of what they hold, as the states of an agent do:
 * what is the same object is not looked into.
 * @param most after so many it looks for no more
 */
export function changesBetween(
  before: [unknown] | [],
  after: [unknown] | [],
  path: string,
  most: number,
): ValueChange[] {
  const found: ValueChange[] = [];
  const compare = (a: [unknown] | [], b: [unknown] | [], at: string): void => {
    if (found.length >= most || (a.length === b.length && Object.is(a[0], b[0]))) return;
    const [old, young] = [a[0], b[0]];
    if (!isContainer(old) || !isContainer(young) || Array.isArray(old) !== Array.isArray(young)) {
      found.push({
        path: at,
        ...(a.length > 0 ? { before: boundedJson(old, mostValueBytes) } : {}),
        ...(b.length > 0 ? { after: boundedJson(young, mostValueBytes) } : {}),
      });
      return;
    }
    for (const name of new Set([...Object.keys(old), ...Object.keys(young)])) {
      const part = (whole: Record<string, unknown>): [unknown] | [] =>
        Object.hasOwn(whole, name) ? [whole[name]] : [];
      compare(part(old), part(young), `${at}/${escapePointer(name)}`);
    }
  };
  compare(before, after, path);
  return found;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
