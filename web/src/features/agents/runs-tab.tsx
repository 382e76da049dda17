import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { eventKind } from '../../../../actors/core/event';
import { api, unwrap } from '../../api/client';
import { useRefetchOn } from '../../live/use-refetch';
import { Badge } from '../../ui/badge';
import { DataTable } from '../../ui/data-table';
import { MoreButton } from '../../ui/more-button';
import { Panel } from '../../ui/panel';
import { Empty, Loaded } from '../../ui/states';
import { Time } from '../../ui/time';
import { StatusBadge } from '../runs/status-badge';
import { useAgent } from './agent-page';

const runsQuery = (agent: string) =>
  infiniteQueryOptions({
    queryKey: ['agent', agent, 'runs'],
    queryFn: ({ pageParam }) => {
      const query = { agent, limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return unwrap(api.GET('/api/v1/runs', { params: { query } }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });

/** What runs the agent has begun, newest first. */
export function Component() {
  const { id } = useAgent();
  const query = useInfiniteQuery(runsQuery(id));
  useRefetchOn((event) => eventKind(event) === 'run', [runsQuery(id).queryKey]);
  return (
    <Panel title="Runs" flush>
      <Loaded query={query}>
        {({ pages }) => {
          const runs = pages.flatMap((page) => page.runs);
          if (runs.length === 0) return <Empty title="It has begun no run yet" />;
          return (
            <DataTable
              label="Runs"
              head={['Run', 'Runbook', 'Status', 'Targets', 'Begun']}
              className="[&>table]:min-w-2xl"
            >
              {runs.map(({ id: run, runbook, version, status, attention, targets, createdAt }) => (
                <tr key={run} data-run={run}>
                  <td>
                    <Link to={`/runs/${run}`} className="font-mono text-xs underline underline-offset-2">
                      {run}
                    </Link>
                  </td>
                  <td>
                    {runbook} <span className="text-muted">v{version}</span>
                  </td>
                  <td>
                    <span className="flex flex-wrap gap-1">
                      <StatusBadge status={status} />
                      {attention && <Badge tone="warn">waits for a person</Badge>}
                    </span>
                  </td>
                  <td>{targets.join(', ') || '—'}</td>
                  <td>
                    <Time at={createdAt} as="ago" />
                  </td>
                </tr>
              ))}
            </DataTable>
          );
        }}
      </Loaded>
      <MoreButton query={query} />
    </Panel>
  );
}
