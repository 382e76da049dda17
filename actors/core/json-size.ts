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

/**
 * How many bytes more one JSON value takes than another. Cheap where they share most of what they hold, as an agent's state
 * does with the one before: what is the same object is not looked into. Commas are counted with members, so it is a little off.
 */
export function jsonGrowth(before: unknown, after: unknown): number {
  if (before === after) return 0;
  if (Array.isArray(before) && Array.isArray(after)) return itemsBytes(after) - itemsBytes(before);
  if (!isObject(before) || !isObject(after)) return jsonBytes(after) - jsonBytes(before);
  let growth = 0;
  for (const [name, value] of Object.entries(after)) {
    growth += Object.hasOwn(before, name) ? jsonGrowth(before[name], value) : memberBytes(name, value);
  }
  for (const [name, value] of Object.entries(before)) {
    if (!Object.hasOwn(after, name)) growth -= memberBytes(name, value);
  }
  return growth;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function memberBytes(name: string, value: unknown): number {
  return value === undefined ? 0 : jsonBytes(name) + jsonBytes(value) + 2;
}

function itemsBytes(items: readonly unknown[]): number {
  return items.reduce<number>(
    (sum, item) => sum + 1 + (typeof item === 'object' && item !== null ? sizeOfFixed(item) : jsonBytes(item)),
    0,
  );
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
