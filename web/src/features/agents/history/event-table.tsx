import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { eventName, type EventRecord } from '../../../../../actors/core/event';
import { Badge } from '../../../ui/badge';
import { CopyButton } from '../../../ui/copy-button';
import { JsonView } from '../../../ui/json-view';
import { Time } from '../../../ui/time';

const rowHeight = 40;
/** So many rows before the last one older events are asked for. */
const ahead = 30;

interface EventTableProps {
  agentId: string;
  events: readonly EventRecord[];
  /** Whether there are older ones that were not loaded. */
  more: boolean;
  loading: boolean;
  onEnd: () => void;
}

/** A log of any length: only what is in sight exists; each event opens to all that is known of it. */
export function EventTable({ agentId, events, more, loading, onEnd }: EventTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are called here, and handed to nobody
  const virtualizer = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => events[index]?.id ?? index,
    overscan: 8,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loading && last >= events.length - ahead) onEnd();
  }, [last, events.length, more, loading, onEnd]);
  const toggle = (id: string): void =>
    setOpen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label="Events, newest first"
      className="h-[calc(100dvh-20rem)] min-h-96 overflow-auto"
    >
      <ol className="relative min-w-2xl" style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ key, index, start }) => {
          const event = events[index] as EventRecord;
          return (
            <li
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              data-event={event.id}
              style={{ transform: `translateY(${start}px)` }}
              className="absolute inset-x-0 top-0 border-b border-line"
            >
              <EventLine event={event} open={open.has(event.id)} onToggle={toggle} />
              {open.has(event.id) && <EventDetail agentId={agentId} event={event} />}
            </li>
          );
        })}
      </ol>
      {loading && (
        <p role="status" className="p-3 text-center text-xs text-muted">
          Loading older events …
        </p>
      )}
    </div>
  );
}

const EventLine = memo(function EventLine({
  event,
  open,
  onToggle,
}: {
  event: EventRecord;
  open: boolean;
  onToggle: (id: string) => void;
}) {
  const { id, sequence, time, principal, reason, messagetype } = event;
  return (
    <button
      type="button"
      aria-expanded={open}
      onClick={() => onToggle(id)}
      className="grid h-10 w-full grid-cols-[1rem_4rem_minmax(10rem,1.2fr)_minmax(8rem,1fr)_minmax(0,1fr)_auto] items-center gap-3 px-4 text-left hover:bg-sunken"
    >
      <ChevronRight aria-hidden className={`size-4 ${open ? 'rotate-90' : ''}`} />
      <span className="text-muted tabular-nums">{sequence}</span>
      <span className="flex min-w-0 items-center gap-2">
        <span className="truncate font-medium">{eventName(event)}</span>
        {messagetype !== 'EVENT' && (
          <Badge tone={messagetype === 'NOTIFICATION' ? 'warn' : 'info'}>{messagetype.toLowerCase()}</Badge>
        )}
      </span>
      <span className="truncate">{principal}</span>
      <span className="truncate text-muted">{reason ?? ''}</span>
      <Time at={time} />
    </button>
  );
});

function EventDetail({ agentId, event }: { agentId: string; event: EventRecord }) {
  const { data, hash, prevhash, commandid, traceparent, sequence } = event;
  const facts: [string, string | undefined][] = [
    ['Hash', hash],
    ['Hash before', prevhash],
    ['Command', commandid],
    ['Trace', traceparent],
  ];
  return (
    <div className="flex flex-col gap-3 bg-sunken/40 px-4 pt-1 pb-4">
      <dl className="grid gap-x-4 gap-y-1 text-xs sm:grid-cols-[auto_1fr]">
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name} className="contents">
                <dt className="self-center text-muted">{name}</dt>
                <dd className="flex items-center gap-1">
                  <code className="font-mono break-all">{value}</code>
                  <CopyButton text={value} name={`Copy: ${name}`} />
                </dd>
              </div>
            ),
        )}
      </dl>
      <JsonView value={data} label={`Data of event ${sequence}`} className="max-h-80" />
      <Link
        to={`/agents/${agentId}/time?at=${sequence}`}
        className="self-start underline underline-offset-2 hover:no-underline"
      >
        Go to this moment
      </Link>
    </div>
  );
}
