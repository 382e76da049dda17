/** One place where two values differ. `path` is for people: `targets[web].interval`. */
export interface Change {
  path: string;
  change: 'added' | 'removed' | 'changed';
  before?: unknown;
  after?: unknown;
}

/** How deep it looks; below that a value is compared as a whole. */
const deepest = 32;

/**
 * Where two configs differ, in the order of the first one. Members of a list that have names are compared by them, so that one that
 * has only moved is no change of all behind it.
 */
export function changesOf(before: unknown, after: unknown): Change[] {
  const changes: Change[] = [];
  collect(before, after, '', 0, changes);
  return changes;
}

function collect(before: unknown, after: unknown, path: string, depth: number, changes: Change[]): void {
  if (Object.is(before, after)) return;
  const [old, now] = [membersOf(before), membersOf(after)];
  if (old === null || now === null || old.form !== now.form || depth === deepest) {
    if (JSON.stringify(before) !== JSON.stringify(after)) changes.push({ path, change: 'changed', before, after });
    return;
  }
  for (const [name, value] of old.members) {
    const place = placeOf(path, name, old.form);
    if (now.members.has(name)) collect(value, now.members.get(name), place, depth + 1, changes);
    else changes.push({ path: place, change: 'removed', before: value });
  }
  for (const [name, value] of now.members) {
    if (!old.members.has(name)) changes.push({ path: placeOf(path, name, now.form), change: 'added', after: value });
  }
  const inBoth = (one: Members, other: Members): string[] =>
    [...one.members.keys()].filter((name) => other.members.has(name));
  if (old.form === 'named' && inBoth(old, now).join('\n') !== inBoth(now, old).join('\n')) {
    changes.push({ path, change: 'changed', before: [...old.members.keys()], after: [...now.members.keys()] });
  }
}

interface Members {
  form: 'object' | 'named' | 'list';
  members: Map<string, unknown>;
}

function membersOf(value: unknown): Members | null {
  if (Array.isArray(value)) {
    const names = value.map((item: unknown) => (isObject(item) ? item['name'] : undefined));
    const named = names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
    if (named && names.length > 0)
      return { form: 'named', members: new Map(value.map((item, i) => [names[i] as string, item])) };
    // An empty list is compared with either.
    return { form: value.length === 0 ? 'named' : 'list', members: new Map(value.map((item, i) => [String(i), item])) };
  }
  return isObject(value) ? { form: 'object', members: new Map(Object.entries(value)) } : null;
}

function placeOf(path: string, name: string, form: Members['form']): string {
  if (form !== 'object') return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
