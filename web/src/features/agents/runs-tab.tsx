import { infiniteQueryOptions, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router';
import { eventKind } from '../../../../actors/core/event';
import { api, unwrap } from '../../api/client';
import { useLiveEvents } from '../../live/use-live';
import { Badge, type Tone } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Panel } from '../../ui/panel';
import { Empty, Loaded } from '../../ui/states';
import { Time } from '../../ui/time';
import { useAgent } from './agent-page';
import { useSoon } from './use-agent-events';

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

const tones: Partial<Record<string, Tone>> = {
  succeeded: 'ok',
  failed: 'bad',
  ineffective: 'bad',
  vetoed: 'bad',
  cancelled: 'warn',
};

/** What runs the agent has begun, newest first. */
export function Component() {
  const { id } = useAgent();
  const client = useQueryClient();
  const query = useInfiniteQuery(runsQuery(id));
  const readAgain = useSoon(() => void client.invalidateQueries({ queryKey: runsQuery(id).queryKey }), 1_000);
  useLiveEvents((events) => {
    if (events.some((event) => eventKind(event) === 'run')) readAgain();
  });
  return (
    <Panel title="Runs" flush>
      <Loaded query={query}>
        {({ pages }) => {
          const runs = pages.flatMap((page) => page.runs);
          if (runs.length === 0) return <Empty title="It has begun no run yet" />;
          return (
            <div tabIndex={0} role="region" aria-label="Runs" className="overflow-x-auto">
              <table className="w-full min-w-2xl text-left">
                <thead className="border-b border-line text-xs text-muted">
                  <tr>
                    {['Run', 'Runbook', 'Status', 'Targets', 'Begun'].map((name) => (
                      <th key={name} scope="col" className="px-4 py-2 font-medium">
                        {name}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody className="divide-y divide-line">
                  {runs.map(({ id: run, runbook, version, status, attention, targets, createdAt }) => (
                    <tr key={run} data-run={run}>
                      <td className="px-4 py-2">
                        <Link to={`/runs/${run}`} className="font-mono text-xs underline underline-offset-2">
                          {run}
                        </Link>
                      </td>
                      <td className="px-4 py-2">
                        {runbook} <span className="text-muted">v{version}</span>
                      </td>
                      <td className="px-4 py-2">
                        <span className="flex flex-wrap gap-1">
                          <Badge tone={tones[status] ?? 'info'}>{status}</Badge>
                          {attention && <Badge tone="warn">waits for a person</Badge>}
                        </span>
                      </td>
                      <td className="px-4 py-2">{targets.join(', ') || '—'}</td>
                      <td className="px-4 py-2">
                        <Time at={createdAt} as="ago" />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {query.hasNextPage && (
                <div className="p-3 text-center">
                  <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    Older runs
                  </Button>
                </div>
              )}
            </div>
          );
        }}
      </Loaded>
    </Panel>
  );
}
