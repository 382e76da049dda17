import { escapePointer } from '../../../../actors/core/json-pointer';

/** How many changed values are listed. */
export const mostChanges = 500;

/** One line of a JSON value that is shown as a tree. */
export interface StateRow {
  /** JSON Pointer. */
  pointer: string;
  name: string;
  depth: number;
  value: unknown;
  /** How many members it has; null where it is no object and no list. */
  size: number | null;
  open: boolean;
}

/** Lines of a tree, in order. @param closed pointers of what is shut */
export function stateRows(whole: object, closed: ReadonlySet<string>): StateRow[] {
  const rows: StateRow[] = [];
  const walk = (value: object, at: string, depth: number): void => {
    for (const [name, part] of Object.entries(value) as [string, unknown][]) {
      const pointer = `${at}/${escapePointer(name)}`;
      const holds = typeof part === 'object' && part !== null;
      const open = holds && !closed.has(pointer);
      rows.push({ pointer, name, depth, value: part, size: holds ? Object.keys(part).length : null, open });
      if (open) walk(part, pointer, depth + 1);
    }
  };
  walk(whole, '', 0);
  return rows;
}

/** A value in one line, cut where it is long. */
export function shortValue(value: unknown, most = 120): string {
  const text = JSON.stringify(value) ?? '';
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

export type Mark = 'added' | 'changed' | 'removed';

/** What became of a value. */
export function markOf(change: { before?: unknown; after?: unknown }): Mark {
  if (!('before' in change)) return 'added';
  return 'after' in change ? 'changed' : 'removed';
}
