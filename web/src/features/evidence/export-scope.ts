/** What evidence to take away. `agents` of one bundle are one agent, one run, or all that the rest lets through. */
export type ExportScope =
  { of: 'agent' | 'run'; id: string } | { of: 'all'; from?: string; to?: string; principal?: string; kind?: string };

export const everything: ExportScope = { of: 'all' };

/** The bundle that goes with a verification of one agent, of a kind, or of all. */
export function exportOf(scope: unknown): ExportScope {
  const { kind, agents } = scope as { kind?: string; agents?: string[] };
  const [only, ...more] = agents ?? [];
  if (only !== undefined && more.length === 0) return { of: 'agent', id: only };
  return kind === undefined ? everything : { of: 'all', kind };
}

/** Its path below `/api/v1`. Times are of the reader's zone, as `datetime-local` has them. */
export function exportPath(scope: ExportScope): string {
  if (scope.of !== 'all') return `${scope.of}s/${encodeURIComponent(scope.id)}/export`;
  const query = new URLSearchParams();
  for (const name of ['from', 'to'] as const) if (scope[name]) query.set(name, new Date(scope[name]).toISOString());
  for (const name of ['principal', 'kind'] as const) if (scope[name]) query.set(name, scope[name]);
  return query.size === 0 ? 'evidence/export' : `evidence/export?${query.toString()}`;
}

/** As people say a size: `812 bytes`, `4.2 kB`, `31 MB`. */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  const [amount, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${amount.toFixed(amount < 10 ? 1 : 0)} ${unit}`;
}
