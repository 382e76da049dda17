/** The JSON Pointer (RFC 6901) of a part of what `pointer` points to. */
export function pointerTo(pointer: string, ...steps: (string | number)[]): string {
  return steps.reduce<string>(
    (all, step) => `${all}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    pointer,
  );
}

/** The parts of a JSON Pointer. */
export function partsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
