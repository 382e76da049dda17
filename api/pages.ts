import { Type } from '@sinclair/typebox';
import { parseCursor, type CursorPart } from '../projections/queries/cursor';
import { Problem } from './problem';
import { apiPrefix, type Reply } from './route';

/** What every list takes. */
export const pageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  cursor: Type.Optional(Type.String({ description: '`next` of the page before.', maxLength: 1000 })),
};

export const nextCursor = Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page.' });

export const linkHeader = { Link: 'The next page, `rel="next"`.' };

/**
 * @param parts what a cursor of this list holds; see `projections/queries`
 * @throws Problem `invalid_cursor` where no such list gave this one out
 */
export function checkCursor(cursor: string | undefined, parts: readonly CursorPart[]): void {
  if (cursor !== undefined && parseCursor(cursor, parts) === null) throw new Problem('invalid_cursor');
}

/**
 * A page, with the address of the next one.
 * @param path under `/api/v1`
 * @param query what this page was asked for with; `cursor` is replaced
 */
export function pageReply(path: string, query: object, page: { next: string | null }): Reply {
  if (page.next === null) return { body: page };
  return { body: page, headers: nextLink(path, { ...query, cursor: page.next }) };
}

/** The header that leads to the next page. @param path under `/api/v1` @param query of that page */
export function nextLink(path: string, query: object): Record<string, string> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const next = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
  return { Link: `<${apiPrefix}${path}?${next.toString()}>; rel="next"` };
}
