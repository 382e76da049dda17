import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { useMay } from '../../api/me';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { DataTable } from '../../ui/data-table';
import { Panel } from '../../ui/panel';
import { Empty, Loaded } from '../../ui/states';
import { Time } from '../../ui/time';
import { holdsQuery, type LegalHold } from './evidence-queries';
import { PlaceHold, ReleaseHold } from './hold-dialogs';

/** Legal holds: of one agent, or of all. */
export function HoldsPanel({ agent }: { agent?: string }) {
  const may = useMay();
  const [released, setReleased] = useState(false);
  const [dialog, setDialog] = useState<'place' | LegalHold | null>(null);
  const query = useInfiniteQuery(holdsQuery(released, agent));
  const govern = may('evidence:govern');
  return (
    <Panel
      title="Legal holds"
      className="min-h-54"
      flush
      actions={
        <>
          <label className="flex min-h-6 items-center gap-1.5 text-sm text-muted">
            <input
              type="checkbox"
              className="size-4 accent-(--color-accent)"
              checked={released}
              onChange={({ target }) => setReleased(target.checked)}
            />
            released ones too
          </label>
          {govern && <Button onClick={() => setDialog('place')}>Place a hold</Button>}
        </>
      }
    >
      <Loaded query={query} rows={3}>
        {({ pages }) => {
          const holds = pages.flatMap((page) => page.holds);
          return holds.length === 0 ? (
            <Empty title="No legal hold is in force">A hold keeps whatever there is of an agent from expiring.</Empty>
          ) : (
            <HoldsTable holds={holds} onRelease={govern ? setDialog : null} />
          );
        }}
      </Loaded>
      {query.hasNextPage && (
        <div className="border-t border-line p-3">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Older ones
          </Button>
        </div>
      )}
      {dialog === 'place' && <PlaceHold {...(agent === undefined ? {} : { agent })} onClose={() => setDialog(null)} />}
      {dialog !== null && dialog !== 'place' && <ReleaseHold hold={dialog} onClose={() => setDialog(null)} />}
    </Panel>
  );
}

interface HoldsTableProps {
  holds: readonly LegalHold[];
  /** Null for who may not. */
  onRelease: ((hold: LegalHold) => void) | null;
}

function HoldsTable({ holds, onRelease }: HoldsTableProps) {
  return (
    <DataTable label="Legal holds" head={['Agent', 'State', 'Reason', 'Placed', null]}>
      {holds.map((hold) => (
        <tr key={hold.id}>
          <td>
            <Link className="text-accent underline-offset-2 hover:underline" to={`/agents/${hold.agent}/evidence`}>
              {hold.agent}
            </Link>
          </td>
          <td>{hold.releasedAt === null ? <Badge tone="info">in force</Badge> : <Badge>released</Badge>}</td>
          <td className="min-w-48">
            {hold.reason}
            {hold.releasedAt !== null && (
              <span className="block text-muted">
                Released by {hold.releasedBy}, <Time at={hold.releasedAt} />: {hold.releaseReason}
              </span>
            )}
          </td>
          <td className="whitespace-nowrap">
            {hold.placedBy}, <Time at={hold.placedAt} />
          </td>
          <td className="text-right">
            {onRelease && hold.releasedAt === null && (
              <Button aria-label={`Release the hold on ${hold.agent}`} onClick={() => onRelease(hold)}>
                Release
              </Button>
            )}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
