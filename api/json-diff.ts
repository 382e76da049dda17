import { create } from 'jsondiffpatch';
import { format, type Op } from 'jsondiffpatch/formatters/jsonpatch';

const differ = create({
  // What has a name or an id is the same thing when it moves.
  objectHash: (item, index) => {
    const { id, name } = item as { id?: unknown; name?: unknown };
    const key = id ?? name;
    return typeof key === 'string' ? key : `#${index}`;
  },
});

/** What turns one JSON value into the other, as an RFC 6902 patch; empty where they are equal. */
export function jsonDiff(before: unknown, after: unknown): Op[] {
  const delta = differ.diff(before, after);
  return delta === undefined ? [] : format(delta);
}
