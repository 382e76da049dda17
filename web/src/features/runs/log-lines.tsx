import { useVirtualizer } from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { Fragment, useEffect, useRef } from 'react';
import { Time } from '../../ui/time';
import type { LogLine } from './log-book';

/** Of a line, in px. */
const height = 20;
/** Nearer to the end than this is at the end, in px. */
const nearEnd = 24;

interface LogLinesProps {
  lines: readonly LogLine[];
  /** What is looked for, and the index of the line that is shown of it. */
  text: string;
  current: number | null;
  /** The end is kept in sight. */
  follows: boolean;
  onFollows: (follows: boolean) => void;
  withSteps: boolean;
}

/** Lines of a log; only those in sight are in the page, so that 20,000 of them scroll well. */
export function LogLines({ lines, text, current, follows, onFollows, withSteps }: LogLinesProps) {
  const box = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- it is read in this component alone
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 20,
  });
  useEffect(() => {
    if (follows && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [follows, lines.length, rows]);
  useEffect(() => {
    if (current !== null) rows.scrollToIndex(current, { align: 'center' });
  }, [current, rows]);
  return (
    <div
      ref={box}
      tabIndex={0}
      role="region"
      aria-label="Lines of the log"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        const atEnd = scrollHeight - scrollTop - clientHeight < nearEnd;
        if (atEnd && !follows && text === '') onFollows(true);
      }}
      // Only what people do themselves ends the following.
      onWheel={({ deltaY }) => deltaY < 0 && onFollows(false)}
      onKeyDown={({ key }) => ['ArrowUp', 'PageUp', 'Home'].includes(key) && onFollows(false)}
      onPointerDown={() => onFollows(false)}
      className="h-[60vh] overflow-auto bg-sunken font-mono text-xs leading-5"
    >
      <div className="relative min-w-full" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const line = lines[index];
          if (!line) return null;
          return (
            <div
              key={line.position}
              data-position={line.position}
              style={{ top: start, height }}
              className={clsx(
                'absolute left-0 flex w-max min-w-full gap-3 px-3 whitespace-pre',
                index === current && 'bg-accent-soft',
              )}
            >
              <span className="w-10 shrink-0 text-right text-muted select-none">{line.position}</span>
              <span className="shrink-0 text-muted">
                <Time at={line.time} as="clock" />
              </span>
              {withSteps && <span className="shrink-0 text-info">{line.path}</span>}
              <span
                className={clsx(line.stream === 'stderr' && 'text-warn', line.stream === 'info' && 'text-muted italic')}
              >
                {line.stream !== 'stdout' && <span className="sr-only">{line.stream}: </span>}
                <Marked text={line.text} wanted={text} />
                {line.cut && ' (the rest was not kept)'}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** A text with what is looked for marked in it. */
function Marked({ text, wanted }: { text: string; wanted: string }) {
  if (wanted === '') return text;
  const low = text.toLowerCase();
  const parts = low.split(wanted.toLowerCase());
  let at = 0;
  return parts.map((part, index) => {
    const plain = text.slice(at, at + part.length);
    const marked = text.slice(at + part.length, at + part.length + wanted.length);
    at += part.length + wanted.length;
    return (
      <Fragment key={index}>
        {plain}
        {index < parts.length - 1 && <mark className="rounded-sm bg-warn-soft text-warn">{marked}</mark>}
      </Fragment>
    );
  });
}
