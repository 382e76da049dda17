/** The class of an agent that nobody has put into another one. */
export const standardClass = 'standard';

/** How many days the records of each class are kept, by its name; null for ever. */
export type RetentionClasses = ReadonlyMap<string, number | null>;

const entry = /^([a-z][a-z0-9-]{0,31})=([1-9][0-9]{0,5}|unlimited)$/;

/**
 * The classes of a list `name=days,name=unlimited`; `standard` is unlimited where the list does not name it.
 * @returns null where the list is no such one, or names a class twice
 */
export function parseRetentionClasses(list: string): RetentionClasses | null {
  const classes = new Map<string, number | null>();
  for (const text of list.split(',').filter((part) => part.trim() !== '')) {
    const [, name, days] = entry.exec(text.trim()) ?? [];
    if (name === undefined || classes.has(name)) return null;
    classes.set(name, days === 'unlimited' ? null : Number(days));
  }
  return new Map([[standardClass, null], ...classes]);
}
