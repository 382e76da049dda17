import { useInfiniteQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { clsx } from 'clsx';
import { Button, IconButton } from '../../ui/button';
import { Panel } from '../../ui/panel';
import { Empty, Loaded } from '../../ui/states';
import { Time } from '../../ui/time';
import { ChangeList } from './change-list';
import { blameQuery } from './time-queries';

interface FieldHistoryProps {
  agent: string;
  field: string;
  at: number;
  onMove: (at: number) => void;
  onClose: () => void;
}

/** Every event that changed a field, newest first: who, when, why, and a way there. */
export function FieldHistory({ agent, field, at, onMove, onClose }: FieldHistoryProps) {
  const query = useInfiniteQuery(blameQuery(agent, field));
  return (
    <Panel
      flush
      title={
        <>
          Who changed <code className="font-mono text-sm font-normal break-all">{field}</code>
        </>
      }
      actions={
        <IconButton name="Close the list of changes" onClick={onClose}>
          <X aria-hidden className="size-4" />
        </IconButton>
      }
    >
      <div tabIndex={0} role="region" aria-label={`Events that changed ${field}`} className="max-h-80 overflow-y-auto">
        <Loaded query={query} rows={3}>
          {({ pages }) => {
            const events = pages.flatMap((page) => page.events);
            if (events.length === 0 && !query.hasNextPage) return <Empty title="No event has changed it" />;
            return (
              <ol className="divide-y divide-line">
                {events.map((event) => (
                  <li key={event.sequence} className={clsx(event.sequence === at && 'bg-accent-soft')}>
                    <div className="flex flex-wrap items-center gap-x-3 px-4 pt-2">
                      <Button className="!h-7 !px-2 font-mono !text-xs" onClick={() => onMove(event.sequence)}>
                        Event {event.sequence}
                      </Button>
                      <span>{event.type.slice(event.type.lastIndexOf('.') + 1)}</span>
                      <span className="text-muted">
                        <Time at={event.time} /> by {event.principal}
                      </span>
                      {event.reason !== undefined && <q className="w-full text-muted">{event.reason}</q>}
                    </div>
                    <ChangeList changes={event.changes} />
                  </li>
                ))}
              </ol>
            );
          }}
        </Loaded>
        {query.hasNextPage && (
          <div className="p-3">
            <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Look further back
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}
