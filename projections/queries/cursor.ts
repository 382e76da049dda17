/** What a cursor holds, part by part: a moment (ISO 8601, UTC), any text, or a whole number, as text, that Postgres has as integer or bigint. */
export type CursorPart = 'time' | 'text' | 'number' | 'bigint';

/** The place where a page ended, as a text that means nothing to who carries it. */
export function formatCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts of a cursor, or null where there is none or it was never given out. */
export function parseCursor<const P extends readonly CursorPart[]>(
  cursor: string | undefined,
  parts: P,
): { [K in keyof P]: string } | null {
  if (!cursor) return null;
  try {
    const values = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
    if (!Array.isArray(values) || values.length !== parts.length) return null;
    return parts.map((part, i) => checkedPart(part, values[i])) as { [K in keyof P]: string };
  } catch {
    return null;
  }
}

/** @throws where it is no such part */
function checkedPart(part: CursorPart, value: unknown): string {
  if (typeof value !== 'string' || value.includes('\0')) throw new Error('not a text');
  if (part === 'text') return value;
  if (part === 'number' || part === 'bigint') {
    if (!(part === 'number' ? /^[0-9]{1,9}$/ : /^[0-9]{1,18}$/).test(value)) throw new Error('not a number');
    return value;
  }
  const time = new Date(value).toISOString();
  // Years beyond four digits have a sign in ISO 8601, which Postgres does not read.
  if (!/^\d{4}-/.test(time)) throw new Error('not a time');
  return time;
}
