import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { Time } from '../../ui/time';
import type { AgentListView } from './agent-list';
import type { AgentRow } from './agent-rows';
import { HealthBadge, StatusBadge } from './status-badges';

const rowHeight = 56;
const headHeight = 36;
/** So many rows before the last one the next page is asked for. */
const ahead = 40;
const columns = 'grid grid-cols-[minmax(12rem,2fr)_8rem_7rem_minmax(13rem,1.2fr)_minmax(11rem,1fr)] gap-3 px-4';

/** Of thousands of rows only those in sight exist. */
export function AgentTable({ view, onEnd }: { view: AgentListView; onEnd: () => void }) {
  const { rows, more, loading } = view;
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are called here, and handed to nobody
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    scrollMargin: headHeight,
    overscan: 8,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - ahead) onEnd();
  }, [last, rows.length, onEnd, more]);
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label="List of agents"
      className="h-[calc(100dvh-15rem)] min-h-80 overflow-auto"
    >
      <div role="table" aria-label="Agents" aria-rowcount={more ? -1 : rows.length + 1} className="min-w-3xl">
        <div
          role="row"
          aria-rowindex={1}
          style={{ height: headHeight }}
          className={`${columns} sticky top-0 z-10 items-center border-b border-line bg-surface text-xs font-medium text-muted`}
        >
          {['Agent', 'Kind', 'Status', 'Health of targets', 'Last event'].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ key, index, start }) => (
            <Row key={key} row={rows[index] as AgentRow} index={index} top={start - headHeight} />
          ))}
        </div>
      </div>
      {loading === 'more' && (
        <p role="status" className="p-3 text-center text-xs text-muted">
          Loading more …
        </p>
      )}
    </div>
  );
}

const Row = memo(function Row({ row, index, top }: { row: AgentRow; index: number; top: number }) {
  const { id, kind, name, status, health, lastEventType, updatedAt } = row;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-agent={id}
      style={{ height: rowHeight, transform: `translateY(${top}px)` }}
      className={`${columns} absolute inset-x-0 top-0 items-center border-b border-line hover:bg-sunken`}
    >
      <span role="cell" className="min-w-0">
        <Link to={`/agents/${id}`} className="block truncate font-medium underline-offset-2 hover:underline">
          {name}
        </Link>
        <span className="block truncate font-mono text-xs text-muted">{id}</span>
      </span>
      <span role="cell" className="truncate">
        {kind}
      </span>
      <span role="cell">
        <StatusBadge status={status} />
      </span>
      <span role="cell">
        <HealthBadge health={health} />
      </span>
      <span role="cell" className="min-w-0">
        <span className="block truncate">{lastEventType}</span>
        <span className="block text-xs text-muted">
          <Time at={updatedAt} as="ago" />
        </span>
      </span>
    </div>
  );
});
