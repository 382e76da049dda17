import type { EventRecord } from '../../../../actors/core/event';

/** `attempt`: it does something. `pause`: before the next attempt. `blocked`: a person decides. `wait`: for a time, a lock or a run. */
export type SegmentKind = 'attempt' | 'pause' | 'wait' | 'approval' | 'blocked' | 'undo';

export interface Segment {
  kind: SegmentKind;
  /** ms since 1970. */
  from: number;
  /** Null while it goes on. */
  to: number | null;
  attempt: number;
  outcome: 'succeeded' | 'failed' | 'skipped' | null;
}

export interface TimelineRow {
  path: string;
  segments: Segment[];
}

export interface Timeline {
  /** ms since 1970; null where nothing has happened. */
  from: number | null;
  /** Null while the run goes on. */
  to: number | null;
  rows: TimelineRow[];
  /** While the run was paused. */
  paused: { from: number; to: number | null }[];
}

type Data = Record<string, unknown> & { path?: string; attempt?: number; durationMs?: number };

/** What each step did and waited for, out of a run's events in their order. */
export function timelineOf(events: readonly EventRecord[]): Timeline {
  const rows = new Map<string, TimelineRow>();
  const timeline: Timeline = { from: null, to: null, rows: [], paused: [] };
  for (const event of events) {
    const at = Date.parse(event.time);
    timeline.from ??= at;
    const data = event.data as Data;
    const name = event.type.slice(event.type.lastIndexOf('.') + 1);
    if (data.path !== undefined) forStep(rowOf(rows, data.path), name, data, at);
    else forRun(timeline, rows, name, at);
  }
  timeline.rows = [...rows.values()].filter(({ segments }) => segments.length > 0);
  return timeline;
}

function rowOf(rows: Map<string, TimelineRow>, path: string): TimelineRow {
  const row = rows.get(path) ?? { path, segments: [] };
  rows.set(path, row);
  return row;
}

function forRun(timeline: Timeline, rows: Map<string, TimelineRow>, name: string, at: number): void {
  const pause = timeline.paused.at(-1);
  if (name === 'RunPaused') timeline.paused.push({ from: at, to: null });
  if (pause?.to === null && ['RunResumed', 'CancelRequested', 'RunEnded'].includes(name)) pause.to = at;
  if (name !== 'RunEnded') return;
  timeline.to = at;
  for (const row of rows.values()) close(row, at, null);
}

function forStep(row: TimelineRow, name: string, data: Data, at: number): void {
  const attempt = data.attempt ?? row.segments.at(-1)?.attempt ?? 1;
  const next = (kind: SegmentKind, before: Segment['outcome'] = null): void => {
    close(row, at, before);
    row.segments.push({ kind, from: at, to: null, attempt, outcome: null });
  };
  switch (name) {
    case 'StepStarted':
    case 'ApprovalCompleted':
    case 'ChildEnded':
      return next('attempt');
    case 'StepRetryScheduled':
      return next('pause', 'failed');
    case 'WaitStarted':
    case 'ChildStarted':
    case 'StepQueued':
      return next('wait');
    case 'ApprovalRequested':
      return next('approval');
    case 'StepBlocked':
      return next('blocked', 'failed');
    case 'StepSucceeded':
      return close(row, at, 'succeeded');
    case 'StepFailed':
      return close(row, at, 'failed');
    case 'StepSkipped':
      if (row.segments.length === 0) row.segments.push({ kind: 'attempt', from: at, to: null, attempt, outcome: null });
      return close(row, at, 'skipped');
    case 'StepUndone':
      row.segments.push({ kind: 'undo', from: at - (data.durationMs ?? 0), to: at, attempt, outcome: 'succeeded' });
      return;
    default:
      return;
  }
}

/** Ends what is under way. What took no time at all and says nothing is left out. */
function close(row: TimelineRow, at: number, outcome: Segment['outcome']): void {
  const last = row.segments.at(-1);
  if (last?.to !== null) return;
  if (last.from === at && outcome === null) row.segments.pop();
  else Object.assign(last, { to: at, outcome });
}

/** How long a row has worked and waited, in ms. @param now ms since 1970 */
export function lengthOf({ segments }: TimelineRow, now: number): number {
  return segments.reduce((sum, { from, to }) => sum + Math.max(0, (to ?? now) - from), 0);
}
