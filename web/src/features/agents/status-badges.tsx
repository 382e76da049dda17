import { Badge, type Tone } from '../../ui/badge';
import type { AgentRow } from './agent-rows';

export function StatusBadge({ status }: { status: 'running' | 'stopped' }) {
  return <Badge tone={status === 'running' ? 'ok' : 'neutral'}>{status}</Badge>;
}

const tones: Record<NonNullable<AgentRow['health']>['status'], Tone> = {
  unknown: 'neutral',
  well: 'ok',
  degraded: 'warn',
  failing: 'bad',
};

/** How that stands which an agent looks after: in a word, and in numbers. */
export function HealthBadge({ health }: { health: AgentRow['health'] }) {
  if (health === null) return <span className="text-muted">—</span>;
  const { status, targets, failing, mending } = health;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
      <Badge tone={tones[status]}>{status}</Badge>
      {targets > 0 && (
        <span className="text-xs whitespace-nowrap text-muted">
          {failing > 0 ? `${failing} of ${targets} down` : `${targets} ${targets === 1 ? 'target' : 'targets'}`}
        </span>
      )}
      {mending > 0 && <Badge tone="info">being mended</Badge>}
    </span>
  );
}
