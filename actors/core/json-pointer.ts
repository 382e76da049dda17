/** One step of a JSON Pointer (RFC 6901). */
export function escapePointer(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The JSON Pointer (RFC 6901) of a part of what `pointer` points to. */
export function pointerTo(pointer: string, ...steps: (string | number)[]): string {
  return steps.reduce<string>((all, step) => `${all}/${escapePointer(String(step))}`, pointer);
}

/** The parts of a JSON Pointer. */
export function partsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * The value at a JSON Pointer, as its own JSON document `[value]`, or `[]` where there is none.
 * @param pointer RFC 6901; empty for the whole
 */
export function valueAt(whole: unknown, pointer: string): [unknown] | [] {
  let value = whole;
  for (const step of partsOf(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return [];
    value = (value as Record<string, unknown>)[step];
  }
  return [value];
}
