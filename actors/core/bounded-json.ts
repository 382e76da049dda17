import { jsonBytes } from './json-size';

/**
 * What goes into the record: plain JSON of at most `limit` bytes. What is too large is cut where it is largest: texts lose
 * their middle, lists their end. Nothing is refused for its size: the work behind it is done.
 */
export function boundedJson(value: unknown, limit: number): unknown {
  const plain = plainJson(value);
  if (jsonBytes(plain) <= limit) return plain;
  for (let text = limit / 4; text >= 64; text /= 2) {
    const cut = shortened(plain, text, Infinity);
    if (jsonBytes(cut) <= limit) return cut;
  }
  for (let items = 1024; items >= 1; items /= 4) {
    const cut = shortened(plain, 64, items);
    if (jsonBytes(cut) <= limit) return cut;
  }
  return { truncated: true };
}

/** As it comes back from JSON: without undefined, functions and cycles, which all count as null. */
export function plainJson(value: unknown): unknown {
  try {
    const json = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? Number(part) : part));
    return json === undefined ? null : (JSON.parse(json) as unknown);
  } catch {
    return null;
  }
}

/** A text of at most some `limit` characters, with its middle left out. */
export function shortText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.floor(limit / 2);
  // No half of a surrogate pair is left at the cut.
  const head = text.slice(0, half).replace(/[\ud800-\udbff]$/, '');
  const tail = text.slice(-half).replace(/^[\udc00-\udfff]/, '');
  return `${head}… ${text.length - head.length - tail.length} characters left out …${tail}`;
}

function shortened(value: unknown, text: number, items: number): unknown {
  if (typeof value === 'string') return shortText(value, text);
  if (Array.isArray(value)) return value.slice(0, items).map((item) => shortened(item, text, items));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).slice(0, items);
  return Object.fromEntries(members.map(([name, item]) => [shortText(name, 256), shortened(item, text, items)]));
}
