/** Bytes of a JSON value as JSON in UTF-8; a little more where it holds characters beyond the BMP. */
export function jsonBytes(value: unknown): number {
  // What JSON lacks, such as undefined, is not written at all.
  const text = (JSON.stringify(value) as string | undefined) ?? '';
  let bytes = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) bytes += code > 0x7ff ? 2 : 1;
  }
  return bytes;
}

const known = new WeakMap<object, number>();

/** The same for what never changes, such as records: counted once. */
export function sizeOfFixed(value: object): number {
  let bytes = known.get(value);
  if (bytes === undefined) known.set(value, (bytes = jsonBytes(value)));
  return bytes;
}

/** As many of them, from the first, as come to `most` bytes; one at the least. */
export function fitting<T extends object>(values: readonly T[], most: number): T[] {
  let bytes = 0;
  let count = 0;
  for (const value of values) {
    bytes += sizeOfFixed(value);
    if (count > 0 && bytes > most) break;
    count += 1;
  }
  return values.slice(0, count);
}
