import type { EventRecord } from '../../../../actors/core/event';
import { lengthOf, timelineOf } from './timeline-rows';

const event = (seconds: number, type: string, data: object = {}): EventRecord =>
  ({ time: new Date(seconds * 1000).toISOString(), type: `ymera.run.${type}`, data }) as EventRecord;

const said = (events: EventRecord[]) =>
  timelineOf(events).rows.map(({ path, segments }) => [
    path,
    ...segments.map(({ kind, from, to, attempt, outcome }) => [
      kind,
      from / 1000,
      to === null ? null : to / 1000,
      attempt,
      outcome,
    ]),
  ]);

describe('the timeline of a run', () => {
  it('has each attempt and the pause before the next', () => {
    const path = 'say';
    expect(
      said([
        event(1, 'StepStarted', { path, attempt: 1 }),
        event(3, 'StepRetryScheduled', { path, attempt: 2 }),
        event(5, 'StepStarted', { path, attempt: 2 }),
        event(6, 'StepSucceeded', { path }),
      ]),
    ).toEqual([['say', ['attempt', 1, 3, 1, 'failed'], ['pause', 3, 5, 2, null], ['attempt', 5, 6, 2, 'succeeded']]]);
  });

  it('tells waits, questions and decisions from work, and what goes on', () => {
    expect(
      said([
        event(1, 'StepStarted', { path: 'ask', attempt: 1 }),
        event(1, 'ApprovalRequested', { path: 'ask' }),
        event(4, 'ApprovalCompleted', { path: 'ask' }),
        event(4, 'StepStarted', { path: 'rest', attempt: 1 }),
        event(4, 'WaitStarted', { path: 'rest' }),
        event(5, 'StepStarted', { path: 'bad', attempt: 1 }),
        event(6, 'StepBlocked', { path: 'bad' }),
        event(6, 'StepSkipped', { path: 'left' }),
      ]),
    ).toEqual([
      ['ask', ['approval', 1, 4, 1, null], ['attempt', 4, null, 1, null]],
      ['rest', ['wait', 4, null, 1, null]],
      ['bad', ['attempt', 5, 6, 1, 'failed'], ['blocked', 6, null, 1, null]],
      ['left', ['attempt', 6, 6, 1, 'skipped']],
    ]);
  });

  it('ends with the run, and shows when it was paused and what was taken back', () => {
    const events = [
      event(0, 'AgentCreated'),
      event(1, 'StepStarted', { path: 'say', attempt: 1 }),
      event(2, 'RunPaused'),
      event(3, 'StepSucceeded', { path: 'say' }),
      event(5, 'RunResumed'),
      event(5, 'StepStarted', { path: 'more', attempt: 1 }),
      event(8, 'StepUndone', { path: 'say', durationMs: 1000 }),
      event(9, 'RunEnded'),
    ];
    const { from, to, paused, rows } = timelineOf(events);
    expect([from, to, paused]).toEqual([0, 9_000, [{ from: 2_000, to: 5_000 }]]);
    expect(said(events)).toEqual([
      ['say', ['attempt', 1, 3, 1, 'succeeded'], ['undo', 7, 8, 1, 'succeeded']],
      ['more', ['attempt', 5, 9, 1, null]],
    ]);
    expect(rows.map((row) => lengthOf(row, 0))).toEqual([3_000, 4_000]);
    expect(timelineOf([])).toEqual({ from: null, to: null, rows: [], paused: [] });
  });
});
