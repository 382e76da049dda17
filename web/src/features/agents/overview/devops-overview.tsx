import type { DevopsState, Health, Remediation, TargetState } from '../../../../../actors/devops/state';
import { Badge, type Tone } from '../../../ui/badge';
import { ButtonLink } from '../../../ui/button';
import { DataTable } from '../../../ui/data-table';
import { JsonView } from '../../../ui/json-view';
import { Panel } from '../../../ui/panel';
import { Empty } from '../../../ui/states';
import { Time } from '../../../ui/time';
import type { Agent } from '../agent-queries';

const tones: Record<Health['status'], Tone> = { unknown: 'neutral', healthy: 'ok', failing: 'bad' };
const rank: Record<Health['status'], number> = { failing: 0, unknown: 1, healthy: 2 };

/** What it watches, the worst first, and what is being done about it. */
export function DevopsOverview({ agent }: { agent: Agent }) {
  const { targets, maintenance = [], ...rest } = agent.state as DevopsState;
  const sorted = Object.entries(targets).sort(
    ([a, one], [b, other]) => rank[one.health.status] - rank[other.health.status] || a.localeCompare(b),
  );
  return (
    <div className="flex flex-col gap-4">
      {maintenance.length > 0 && (
        <Panel title="Maintenance">
          <ul className="flex flex-col gap-1">
            {maintenance.map(({ window, targets: patterns, until }) => (
              <li key={window} className="flex flex-wrap items-center gap-2">
                <Badge tone="info">{window}</Badge> covers {patterns.join(', ')}
                {until !== undefined && (
                  <span className="text-muted">
                    until <Time at={until} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel title="Targets" flush>
        {sorted.length === 0 ? (
          <Empty title="Nothing is watched yet">
            <ButtonLink to={`/agents/${agent.id}/config`}>Add targets to the config</ButtonLink>
          </Empty>
        ) : (
          <DataTable
            label="Targets"
            head={['Target', 'Health', 'Since', 'Issue', 'Remediation']}
            className="[&>table]:min-w-2xl"
          >
            {sorted.map(([name, target]) => (
              <TargetRow key={name} name={name} target={target} />
            ))}
          </DataTable>
        )}
      </Panel>
      <Panel title="The rest of its state">
        <JsonView value={rest} label="The rest of its state" />
      </Panel>
    </div>
  );
}

function TargetRow({ name, target: { health, remediation, flapping } }: { name: string; target: TargetState }) {
  return (
    <tr data-target={name}>
      <th scope="row" className="py-2 font-medium">
        {name}
      </th>
      <td>
        <span className="flex flex-wrap gap-1">
          <Badge tone={tones[health.status]}>{health.status}</Badge>
          {flapping && <Badge tone="warn">flapping</Badge>}
        </span>
      </td>
      <td>{'since' in health ? <Time at={health.since} /> : '—'}</td>
      <td className="max-w-80">{health.status === 'failing' ? <Issue health={health} /> : '—'}</td>
      <td>
        <RemediationState remediation={remediation} />
      </td>
    </tr>
  );
}

function Issue({ health }: { health: Extract<Health, { status: 'failing' }> }) {
  const { issue, error, escalated, acknowledged, snoozed } = health;
  return (
    <div className="flex flex-col gap-1">
      <span className="flex flex-wrap items-center gap-1">
        <code className="font-mono text-xs">{issue}</code>
        {escalated && <Badge tone="bad">needs a person</Badge>}
        {acknowledged && <Badge tone="info">taken on by {acknowledged.by}</Badge>}
        {snoozed && <Badge>snoozed by {snoozed.by}</Badge>}
      </span>
      <span className="text-xs break-words text-muted">{error}</span>
    </div>
  );
}

function RemediationState({ remediation }: { remediation: Remediation }) {
  switch (remediation.status) {
    case 'idle':
      return <span className="text-muted">—</span>;
    case 'running':
      return (
        <span className="flex flex-wrap items-center gap-1.5">
          <Badge tone="info">running</Badge> attempt {remediation.attempt}, since{' '}
          <Time at={remediation.since} as="clock" />
        </span>
      );
    case 'pausing':
      return (
        <span className="flex flex-wrap items-center gap-1.5">
          <Badge tone="warn">waiting</Badge> attempt {remediation.attempt} at <Time at={remediation.until} as="clock" />
        </span>
      );
    case 'cooling':
      return (
        <span className="flex flex-wrap items-center gap-1.5">
          <Badge tone={remediation.outcome === 'recovered' ? 'ok' : 'bad'}>{remediation.outcome}</Badge> no other before{' '}
          <Time at={remediation.until} as="clock" />
        </span>
      );
  }
}
