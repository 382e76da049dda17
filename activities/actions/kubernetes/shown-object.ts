import type { KubeObject } from './cluster';

const hidden = '(hidden)';
/** What the cluster changes by itself, and what tells nothing. */
const noise = ['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp'];

/** An object as people are shown it: without noise and status, and the values of a Secret hidden. */
export function shownObject(object: KubeObject | null, { withStatus = false } = {}): Record<string, unknown> | null {
  if (object === null) return null;
  const plain = JSON.parse(JSON.stringify(object)) as Record<string, unknown> & { metadata?: Record<string, unknown> };
  for (const name of noise) delete plain.metadata?.[name];
  const annotations = plain.metadata?.['annotations'] as Record<string, unknown> | undefined;
  delete annotations?.['kubectl.kubernetes.io/last-applied-configuration'];
  if (!withStatus) delete plain['status'];
  if (plain['kind'] === 'Secret') {
    for (const part of ['data', 'stringData']) {
      if (plain[part]) plain[part] = Object.fromEntries(Object.keys(plain[part]).map((name) => [name, hidden]));
    }
  }
  return plain;
}

export interface FieldChange {
  /** JSON Pointer. */
  pointer: string;
  before?: unknown;
  after?: unknown;
}

/** Where two objects differ, in order of places. Lists of another length differ as a whole. */
export function fieldChanges(before: unknown, after: unknown, pointer = ''): FieldChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (
    !isTree(before) ||
    !isTree(after) ||
    Array.isArray(before) !== Array.isArray(after) ||
    lengthsDiffer(before, after)
  ) {
    return [{ pointer, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) =>
    fieldChanges(before[name], after[name], `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function lengthsDiffer(a: unknown, b: unknown): boolean {
  return Array.isArray(a) && Array.isArray(b) && a.length !== b.length;
}
