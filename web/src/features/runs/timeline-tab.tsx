import { useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { Fragment } from 'react';
import { Panel } from '../../ui/panel';
import { useSecond } from '../../ui/elapsed';
import { Empty, Loaded } from '../../ui/states';
import { duration } from '../../ui/time';
import { useRun } from './run-page';
import { runEventsQuery } from './run-queries';
import { lengthOf, timelineOf, type Segment, type Timeline } from './timeline-rows';

/** What each step did and waited for, over time. */
export function Component() {
  const { run } = useRun();
  const query = useQuery(runEventsQuery(run.id));
  return (
    <Panel flush title="Timeline" actions={<Legend />}>
      <Loaded query={query}>
        {(events) => {
          const timeline = timelineOf(events);
          return timeline.rows.length === 0 ? <Empty title="No step has begun yet" /> : <Rows timeline={timeline} />;
        }}
      </Loaded>
    </Panel>
  );
}

/** How each is drawn, and what it is called. */
const kinds: Record<Segment['kind'] | 'failed' | 'skipped', [paint: string, word: string]> = {
  attempt: ['bg-info', 'works'],
  failed: ['bg-bad', 'failed'],
  skipped: ['bg-line-strong', 'skipped'],
  wait: ['border border-warn bg-warn-soft', 'waits'],
  pause: ['border border-dashed border-warn', 'before the next attempt'],
  approval: ['border border-accent bg-accent-soft', 'asks people'],
  blocked: ['border border-bad bg-bad-soft', 'waits for a decision'],
  undo: ['border-2 border-warn bg-surface', 'is taken back'],
};

function paintOf({ kind, outcome }: Segment): [string, string] {
  return kinds[kind === 'attempt' && (outcome === 'failed' || outcome === 'skipped') ? outcome : kind];
}

function Legend() {
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-1 text-xs text-muted">
      {Object.entries(kinds).map(([kind, [paint, word]]) => (
        <li key={kind} className="flex items-center gap-1.5">
          <span aria-hidden className={`h-2.5 w-4 rounded-sm ${paint}`} /> {word}
        </li>
      ))}
    </ul>
  );
}

function Rows({ timeline }: { timeline: Timeline }) {
  const now = useSecond(timeline.to === null);
  const from = timeline.from ?? now;
  const to = Math.max(timeline.to ?? now, from + 1);
  const percent = (at: number): number => (100 * (Math.min(Math.max(at, from), to) - from)) / (to - from);
  const span = (start: number, end: number | null) => {
    const left = percent(start);
    return { left: `${left}%`, width: `max(3px, ${percent(end ?? now) - left}%)` };
  };
  return (
    <div tabIndex={0} role="region" aria-label="Timeline of the steps" className="relative overflow-x-auto">
      <div className="grid min-w-[40rem] grid-cols-[minmax(8rem,14rem)_minmax(0,1fr)_5.5rem] text-xs">
        <span className="border-b border-line px-3 py-1 text-muted">Step</span>
        <span aria-hidden className="flex justify-between border-b border-line py-1 text-muted tabular-nums">
          {[0, 0.25, 0.5, 0.75, 1].map((part) => (
            <span key={part}>{duration((to - from) * part)}</span>
          ))}
        </span>
        <span className="border-b border-line px-3 py-1 text-right text-muted">Took</span>
        {timeline.rows.map((row) => (
          <Fragment key={row.path}>
            <span className="truncate border-b border-line px-3 py-2 font-mono" title={row.path}>
              {row.path}
            </span>
            <ul aria-label={`What ${row.path} did`} className="relative border-b border-line">
              {timeline.paused.map((pause) => (
                <li
                  key={pause.from}
                  title="Paused"
                  style={span(pause.from, pause.to)}
                  className="absolute inset-y-0 bg-sunken"
                >
                  <span className="sr-only">The run is paused</span>
                </li>
              ))}
              {row.segments.map((segment) => {
                const [paint, word] = paintOf(segment);
                const took = duration(Math.max(0, (segment.to ?? now) - segment.from));
                const said = `${word}${segment.attempt > 1 ? `, attempt ${segment.attempt}` : ''}: ${took}${segment.to === null ? ' so far' : ''}`;
                return (
                  <li
                    key={`${segment.kind} ${segment.from}`}
                    title={said}
                    style={span(segment.from, segment.to)}
                    className={clsx('absolute top-2 h-3.5 rounded-sm', paint)}
                  >
                    <span className="sr-only">{said}</span>
                  </li>
                );
              })}
            </ul>
            <span className="border-b border-line px-3 py-2 text-right text-muted tabular-nums">
              {duration(lengthOf(row, now))}
            </span>
          </Fragment>
        ))}
      </div>
    </div>
  );
}
