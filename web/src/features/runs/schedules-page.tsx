import { useInfiniteQuery, infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { CirclePause, CirclePlay, Play } from 'lucide-react';
import { Link } from 'react-router';
import type { components } from '../../../../generated/api-types';
import { api, unwrap } from '../../api/client';
import { useMay } from '../../api/me';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { DataTable } from '../../ui/data-table';
import { MoreButton } from '../../ui/more-button';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { Empty, Loaded, Problem } from '../../ui/states';
import { duration, Time } from '../../ui/time';
import { told } from '../../ui/toast';

type Schedule = components['schemas']['SchedulePage']['schedules'][number];

const schedulesQuery = infiniteQueryOptions({
  queryKey: ['schedules'],
  queryFn: ({ pageParam }) => {
    const query = { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) };
    return unwrap(api.GET('/api/v1/schedules', { params: { query } }));
  },
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
});

/** What runs at set times. */
export function Component() {
  const query = useInfiniteQuery(schedulesQuery);
  return (
    <Page title="Schedules" trail={[['Runs', '/runs']]}>
      <Panel flush title="By name">
        <Loaded query={query}>
          {({ pages }) => {
            const schedules = pages.flatMap((page) => page.schedules);
            if (schedules.length === 0) {
              return <Empty title="Nothing is scheduled">The API makes schedules: POST /api/v1/schedules.</Empty>;
            }
            return (
              <DataTable
                label="Schedules"
                head={['Schedule', 'Runbook', 'When', 'Next', 'By', <span className="sr-only">Controls</span>]}
              >
                {schedules.map((schedule) => (
                  <Row key={schedule.id} schedule={schedule} />
                ))}
              </DataTable>
            );
          }}
        </Loaded>
        <MoreButton query={query} />
      </Panel>
    </Page>
  );
}

function Row({ schedule }: { schedule: Schedule }) {
  const { id, runbook, version, cron, everyMs, timeZone, paused, next, createdBy, note } = schedule;
  const may = useMay();
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (type: 'pause' | 'resume' | 'trigger') => {
      const order = { params: { path: { id } }, body: {} };
      if (type === 'pause') return unwrap(api.POST('/api/v1/schedules/{id}/pause', order));
      if (type === 'resume') return unwrap(api.POST('/api/v1/schedules/{id}/resume', order));
      return unwrap(api.POST('/api/v1/schedules/{id}/trigger', order));
    },
    onSuccess: async (_, type) => {
      if (type === 'trigger') told('A run begins', id);
      await client.invalidateQueries({ queryKey: ['schedules'] });
    },
  });
  return (
    <tr>
      <td>
        <span className="font-medium">{id}</span> {paused && <Badge tone="warn">paused</Badge>}
        {note !== null && note !== '' && <p className="text-xs text-muted">{note}</p>}
        {act.error !== null && <Problem error={act.error} />}
      </td>
      <td className="whitespace-nowrap">
        <Link to={`/runbooks/${runbook}`} className="hover:underline">
          {runbook}
          <span className="text-muted">{version === null ? ', the newest' : `@${version}`}</span>
        </Link>
      </td>
      <td>
        <code className="font-mono text-xs">
          {everyMs === undefined ? cron?.join(' | ') : `every ${duration(everyMs)}`}
        </code>
        {timeZone !== undefined && <p className="text-xs text-muted">{timeZone}</p>}
      </td>
      <td>{next[0] === undefined || paused ? '—' : <Time at={next[0]} />}</td>
      <td>{createdBy}</td>
      <td className="py-1!">
        {may('schedules:write') && (
          <span className="flex justify-end gap-1">
            <Button look="quiet" busy={act.isPending} onClick={() => act.mutate(paused ? 'resume' : 'pause')}>
              {paused ? <CirclePlay aria-hidden className="size-4" /> : <CirclePause aria-hidden className="size-4" />}
              {paused ? 'Resume' : 'Pause'}
            </Button>
            <Button look="quiet" busy={act.isPending} onClick={() => act.mutate('trigger')}>
              <Play aria-hidden className="size-4" /> Run now
            </Button>
          </span>
        )}
      </td>
    </tr>
  );
}
