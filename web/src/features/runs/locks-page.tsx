import { infiniteQueryOptions, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { eventKind } from '../../../../actors/core/event';
import { api, unwrap } from '../../api/client';
import { useMay } from '../../api/me';
import { useRefetchOn } from '../../live/use-refetch';
import { Button } from '../../ui/button';
import { DataTable } from '../../ui/data-table';
import { MoreButton } from '../../ui/more-button';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { ReasonDialog } from '../../ui/reason-dialog';
import { Empty, Loaded } from '../../ui/states';
import { Time } from '../../ui/time';
import { told } from '../../ui/toast';

const locksQuery = infiniteQueryOptions({
  queryKey: ['locks'],
  queryFn: ({ pageParam }) => {
    const query = { held: true, limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) };
    return unwrap(api.GET('/api/v1/locks', { params: { query } }));
  },
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
});

/** Which lock of whom is to be taken. */
interface Taken {
  key: string;
  owner: string;
}

/** Who holds which real thing, and who waits for it. */
export function Component() {
  const may = useMay();
  const client = useQueryClient();
  const query = useInfiniteQuery(locksQuery);
  const [asked, setAsked] = useState<Taken | null>(null);
  useRefetchOn((event) => eventKind(event) === 'target', [['locks']]);
  const take = useMutation({
    mutationFn: (body: Taken & { reason: string }) => unwrap(api.POST('/api/v1/locks/break', { body })),
    onSuccess: async () => {
      told('The lock is taken', asked?.key);
      setAsked(null);
      await client.invalidateQueries({ queryKey: ['locks'] });
    },
  });
  return (
    <Page title="Locks" trail={[['Runs', '/runs']]}>
      <Panel flush title="Held now">
        <Loaded query={query}>
          {({ pages }) => {
            const locks = pages.flatMap((page) => page.locks);
            if (locks.length === 0)
              return <Empty title="Nothing is held">Runs lock the targets that they touch.</Empty>;
            return (
              <DataTable label="Locks" head={['Target', 'Held by', 'Waiting']}>
                {locks.map(({ key, holders, queue }) => (
                  <tr key={key}>
                    <td className="font-medium break-all">{key}</td>
                    <td>
                      {holders.map(({ owner, since }) => (
                        <p key={owner} className="flex flex-wrap items-center gap-2">
                          <RunLink id={owner} />
                          <span className="text-muted">
                            since <Time at={since} as="ago" />
                          </span>
                          {may('locks:break') && (
                            <Button
                              look="danger"
                              onClick={() => {
                                take.reset();
                                setAsked({ key, owner });
                              }}
                            >
                              Take it away
                            </Button>
                          )}
                        </p>
                      ))}
                    </td>
                    <td>{queue.length === 0 ? '—' : queue.map(({ owner }) => <RunLink key={owner} id={owner} />)}</td>
                  </tr>
                ))}
              </DataTable>
            );
          }}
        </Loaded>
        <MoreButton query={query} />
      </Panel>
      {asked !== null && (
        <ReasonDialog
          open
          title={`Take ${asked.key} away?`}
          description={`Run ${asked.owner} is paused by that; who took it and why is on record.`}
          action="Take it away"
          danger
          required
          busy={take.isPending}
          error={take.error}
          onClose={() => setAsked(null)}
          onConfirm={(reason) => take.mutate({ ...asked, reason })}
        />
      )}
    </Page>
  );
}

function RunLink({ id }: { id: string }) {
  return (
    <Link to={`/runs/${id}`} className="block font-mono text-xs whitespace-nowrap underline">
      {id}
    </Link>
  );
}
