import { BellRing } from 'lucide-react';
import { Link } from 'react-router';
import { DataTable } from '../../ui/data-table';
import { Elapsed } from '../../ui/elapsed';
import { Time } from '../../ui/time';
import type { RunSummary } from './run-queries';
import { StatusBadge } from './status-badge';

interface RunTableProps {
  runs: readonly RunSummary[];
  chosen: readonly string[];
  onChoose: (id: string, on: boolean) => void;
}

/** A row for each run: how it stands, what it is of, on what, how long, by whom. */
export function RunTable({ runs, chosen, onChoose }: RunTableProps) {
  return (
    <DataTable
      label="Runs, newest first"
      head={[<span className="sr-only">Compare</span>, 'Status', 'Runbook', 'Run', 'Targets', 'Began', 'Took', 'By']}
    >
      {runs.map((run) => (
        <tr key={run.id} className="hover:bg-sunken">
          <td className="w-8">
            <label className="grid size-6 place-items-center">
              <span className="sr-only">Compare {run.id}</span>
              <input
                type="checkbox"
                className="size-4 accent-accent"
                checked={chosen.includes(run.id)}
                onChange={({ target }) => onChoose(run.id, target.checked)}
              />
            </label>
          </td>
          <td>
            <span className="flex items-center gap-1.5">
              <StatusBadge status={run.status} />
              {run.attention && (
                <span title="Waits for a person" className="text-warn">
                  <BellRing aria-label="Waits for a person" className="size-4" />
                </span>
              )}
            </span>
            {run.errorCode !== null && <code className="font-mono text-xs text-bad">{run.errorCode}</code>}
          </td>
          <td className="whitespace-nowrap">
            <Link to={`/runbooks/${run.runbook}?version=${run.version}`} className="hover:underline">
              {run.runbook}
              <span className="text-muted">@{run.version}</span>
            </Link>
          </td>
          <td>
            <Link
              to={`/runs/${run.id}`}
              className="font-mono text-xs whitespace-nowrap underline-offset-2 hover:underline"
            >
              {run.id}
            </Link>
          </td>
          <td className="max-w-56 truncate text-muted" title={run.targets.join('\n')}>
            {run.targets.join(', ')}
          </td>
          <td>
            <Time at={run.createdAt} as="ago" />
          </td>
          <td className="whitespace-nowrap">
            <Elapsed from={run.startedAt ?? run.createdAt} to={run.endedAt} />
          </td>
          <td className="whitespace-nowrap">
            {run.startedBy}
            {run.trigger !== 'api' && <span className="text-muted"> · {run.trigger}</span>}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
