import { useVirtualizer } from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { ChangeMark } from './change-mark';
import { shortValue, stateRows, type Mark, type StateRow } from './state-rows';

const rowPx = 26;

interface StateTreeProps {
  value: object;
  /** What the event at this moment has done, by JSON Pointer. */
  marks: ReadonlyMap<string, Mark>;
  /** The field whose changes are listed. */
  chosen: string | null;
  onField: (pointer: string) => void;
}

/** A state as a tree; each of its fields leads to who changed it. Only what is in sight is drawn. */
export function StateTree({ value, marks, chosen, onField }: StateTreeProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => stateRows(value, closed), [value, closed]);
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- no compiler is in use
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 10,
  });
  const toggle = (pointer: string): void => {
    const next = new Set(closed);
    if (!next.delete(pointer)) next.add(pointer);
    setClosed(next);
  };
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label="State at this moment"
      className="max-h-[34rem] overflow-auto py-2 font-mono text-xs"
    >
      <ul className="relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ index, start }) => {
          const row = rows[index] as StateRow;
          return (
            <li
              key={row.pointer}
              className="absolute top-0 left-0 w-full"
              style={{ height: rowPx, transform: `translateY(${start}px)` }}
            >
              <Line
                row={row}
                mark={marks.get(row.pointer)}
                chosen={row.pointer === chosen}
                onToggle={() => toggle(row.pointer)}
                onField={() => onField(row.pointer)}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface LineProps {
  row: StateRow;
  mark: Mark | undefined;
  chosen: boolean;
  onToggle: () => void;
  onField: () => void;
}

function Line({ row, mark, chosen, onToggle, onField }: LineProps) {
  const { pointer, name, depth, value, size, open } = row;
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <div
      data-pointer={pointer}
      data-value={size === null ? JSON.stringify(value) : undefined}
      className={clsx(
        'flex h-full items-center gap-1 pr-3 whitespace-nowrap',
        chosen ? 'bg-accent-soft' : mark !== undefined && 'bg-info-soft',
      )}
      style={{ paddingLeft: `${0.5 + depth}rem` }}
    >
      {size === null ? (
        <span className="w-6 shrink-0" />
      ) : (
        <button
          type="button"
          aria-expanded={open}
          aria-label={`${open ? 'Shut' : 'Open'} ${name}`}
          onClick={onToggle}
          className="inline-flex size-6 shrink-0 items-center justify-center rounded text-muted hover:text-ink"
        >
          <Chevron aria-hidden className="size-3.5" />
        </button>
      )}
      <button
        type="button"
        title={`Who changed ${pointer}`}
        aria-pressed={chosen}
        onClick={onField}
        className="flex h-6 min-w-0 items-center gap-2 rounded px-1 text-left hover:bg-sunken"
      >
        <span className="text-muted">{name}</span>
        <span className={tone(value)}>{size === null ? shortValue(value) : brackets(value, size)}</span>
      </button>
      {mark !== undefined && <ChangeMark mark={mark} />}
    </div>
  );
}

function brackets(value: unknown, size: number): string {
  return Array.isArray(value) ? `[ ${size} ]` : `{ ${size} }`;
}

function tone(value: unknown): string {
  if (typeof value === 'string') return 'text-ok';
  if (typeof value === 'number') return 'text-info';
  return typeof value === 'boolean' ? 'text-warn' : 'text-muted';
}
