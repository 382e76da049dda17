import { BellRing } from 'lucide-react';
import { Link } from 'react-router';
import { Elapsed } from '../../ui/elapsed';
import { Time } from '../../ui/time';
import type { RunSummary } from './run-queries';
import { StatusBadge } from './status-badge';

const cell = 'px-3 py-1.5 align-middle';

interface RunTableProps {
  runs: readonly RunSummary[];
  chosen: readonly string[];
  onChoose: (id: string, on: boolean) => void;
}

/** A row for each run: how it stands, what it is of, on what, how long, by whom. */
export function RunTable({ runs, chosen, onChoose }: RunTableProps) {
  return (
    <div tabIndex={0} role="region" aria-label="Runs, newest first" className="relative overflow-x-auto">
      <table className="w-full text-left">
        <thead className="text-xs text-muted">
          <tr className="border-b border-line">
            <th scope="col" className={cell}>
              <span className="sr-only">Compare</span>
            </th>
            {['Status', 'Runbook', 'Run', 'Targets', 'Began', 'Took', 'By'].map((name) => (
              <th key={name} scope="col" className={`${cell} font-medium`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id} className="border-b border-line last:border-0 hover:bg-sunken">
              <td className={`${cell} w-8`}>
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
              <td className={cell}>
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
              <td className={`${cell} whitespace-nowrap`}>
                <Link to={`/runbooks/${run.runbook}?version=${run.version}`} className="hover:underline">
                  {run.runbook}
                  <span className="text-muted">@{run.version}</span>
                </Link>
              </td>
              <td className={cell}>
                <Link
                  to={`/runs/${run.id}`}
                  className="font-mono text-xs whitespace-nowrap underline-offset-2 hover:underline"
                >
                  {run.id}
                </Link>
              </td>
              <td className={`${cell} max-w-56 truncate text-muted`} title={run.targets.join('\n')}>
                {run.targets.join(', ')}
              </td>
              <td className={cell}>
                <Time at={run.createdAt} as="ago" />
              </td>
              <td className={`${cell} whitespace-nowrap`}>
                <Elapsed from={run.startedAt ?? run.createdAt} to={run.endedAt} />
              </td>
              <td className={`${cell} whitespace-nowrap`}>
                {run.startedBy}
                {run.trigger !== 'api' && <span className="text-muted"> · {run.trigger}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
