import { boundedJson } from './bounded-json';
import { pointerTo } from './json-pointer';

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
      compare(part(old), part(young), pointerTo(at, name));
    }
  };
  compare(before, after, path);
  return found;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
