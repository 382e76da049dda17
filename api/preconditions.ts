import { Problem } from './problem';

/**
 * Which version `If-Match` demands: a number, `any` for `*`, or undefined where there is no such header.
 * @throws Problem `version_conflict` where it can match no version
 */
export function expectedVersion(ifMatch: string | undefined): number | 'any' | undefined {
  if (ifMatch === undefined) return undefined;
  const tag = ifMatch.trim();
  if (tag === '*') return 'any';
  const version = /^"([1-9][0-9]{0,14})"$/.exec(tag)?.[1];
  if (version === undefined) throw new Problem('version_conflict', 'If-Match names no version');
  return Number(version);
}

/**
 * Whether a caller that sent `If-None-Match` has this version already. `ctx.fresh` would not do: it heeds the `Cache-Control: no-cache`
 * that `fetch` sends along, which is meant for caches on the way.
 */
export function isKnown(ifNoneMatch: string, etag: string): boolean {
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}
