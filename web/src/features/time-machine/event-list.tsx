import { useVirtualizer } from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { useEffect, useRef } from 'react';
import { Time } from '../../ui/time';
import { MessageMark } from './message-mark';
import { useHistoryVersion, type OpenHistory } from './use-history';

const rowPx = 30;
/** Rows that one scrolls past are not fetched, in ms. */
const restMs = 150;

interface EventListProps {
  history: OpenHistory;
  at: number;
  first: number;
  head: number;
  onMove: (at: number) => void;
}

/** All events, however many: only those in sight are drawn, and only their pages are fetched. */
export function EventList({ history, at, first, head, onMove }: EventListProps) {
  const { reader } = history;
  useHistoryVersion(history);
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- no compiler is in use
  const list = useVirtualizer({
    count: head - first + 1,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 6,
  });
  useEffect(() => {
    const index = at - first;
    const { startIndex, endIndex } = list.range ?? { startIndex: 0, endIndex: -1 };
    // Who goes on by one sees the list stand still; who jumps finds the moment in its middle.
    const near = index >= startIndex - 1 && index <= endIndex + 1;
    list.scrollToIndex(index, { align: near ? 'auto' : 'center' });
  }, [list, at, first]);
  const items = list.getVirtualItems();
  const [top, bottom] = [first + (items[0]?.index ?? 0), first + (items.at(-1)?.index ?? 0)];
  useEffect(() => {
    const timer = window.setTimeout(() => {
      for (const sequence of [top, bottom]) void reader.load(sequence).catch(() => undefined);
    }, restMs);
    return () => window.clearTimeout(timer);
  }, [reader, top, bottom]);
  return (
    <div ref={scroller} tabIndex={0} role="region" aria-label="All events" className="h-72 overflow-y-auto lg:h-96">
      <ol className="relative" style={{ height: list.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const sequence = first + index;
          return (
            <li
              key={sequence}
              aria-setsize={head - first + 1}
              aria-posinset={index + 1}
              className="absolute inset-x-0 top-0"
              style={{ height: rowPx, transform: `translateY(${start}px)` }}
            >
              <Row sequence={sequence} history={history} current={sequence === at} onMove={onMove} />
            </li>
          );
        })}
      </ol>
    </div>
  );
}

interface RowProps {
  sequence: number;
  history: OpenHistory;
  current: boolean;
  onMove: (at: number) => void;
}

function Row({ sequence, history: { reader }, current, onMove }: RowProps) {
  const row = reader.row(sequence);
  return (
    <button
      type="button"
      aria-current={current ? 'step' : undefined}
      onClick={() => onMove(sequence)}
      className={clsx(
        'flex h-full w-full items-center gap-2 border-l-2 px-3 text-left text-xs',
        current ? 'border-accent bg-accent-soft font-medium' : 'border-transparent hover:bg-sunken',
      )}
    >
      <span className={clsx('w-14 shrink-0 text-right font-mono tabular-nums', !current && 'text-muted')}>
        {sequence}
      </span>
      {row === undefined ? (
        <span aria-hidden className="h-2.5 w-32 rounded bg-sunken" />
      ) : (
        <>
          <MessageMark type={row.messagetype} />
          <span className="min-w-0 flex-1 truncate">{row.type}</span>
          <span className={current ? '' : 'text-muted'}>
            <Time at={row.time} as="clock" />
          </span>
        </>
      )}
    </button>
  );
}
