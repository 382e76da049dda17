import type { AgentHealth } from '../core/health';
import type { DevopsState } from './state';

/** How the targets of an agent stand, in few words. */
export function devopsHealth({ targets }: DevopsState): AgentHealth {
  const all = Object.values(targets);
  const count = (holds: (target: (typeof all)[number]) => boolean): number => all.filter(holds).length;
  const failing = count(({ health }) => health.status === 'failing');
  const unknown = count(({ health }) => health.status === 'unknown');
  const flapping = count((target) => target.flapping !== undefined);
  const mending = count(({ remediation }) => remediation.status === 'running' || remediation.status === 'pausing');
  const status = failing > 0 ? 'failing' : flapping > 0 ? 'degraded' : unknown === all.length ? 'unknown' : 'well';
  return { status, targets: all.length, failing, mending };
}
