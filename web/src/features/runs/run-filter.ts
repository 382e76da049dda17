import type { RunStatus } from '../../../../actors/run/state';

export const runStatuses = [
  'starting',
  'running',
  'paused',
  'undoing',
  'verifying',
  'succeeded',
  'failed',
  'ineffective',
  'cancelled',
  'vetoed',
] as const satisfies RunStatus[];

/** As the API takes it. */
export interface RunFilter {
  status?: RunStatus;
  attention?: boolean;
  runbook?: string;
  target?: string;
  agent?: string;
  started_by?: string;
}

export const textFilters = ['runbook', 'target', 'agent', 'started_by'] as const;

/** What the address asks for; what it gets wrong is left out. */
export function filterOf(params: URLSearchParams): RunFilter {
  const status = runStatuses.find((known) => known === params.get('status'));
  const texts = textFilters.flatMap((name) => {
    const text = params.get(name)?.trim();
    return text ? [[name, text] as const] : [];
  });
  return {
    ...(status === undefined ? {} : { status }),
    ...(params.get('attention') === 'true' ? { attention: true } : {}),
    ...Object.fromEntries(texts),
  };
}
