import { ScheduleOverlapPolicy, type ScheduleDescription, type ScheduleSummary } from '@temporalio/client';
import type { LaunchRequest } from '../actors/core/launch';

/** What happens where the launch before has not ended yet. */
export const overlaps = ['skip', 'buffer_one', 'allow_all'] as const;
export type Overlap = (typeof overlaps)[number];

/** Runs of one runbook at set times: by `cron`, or every so many milliseconds. */
export interface ScheduleTimes {
  cron?: string[];
  everyMs?: number;
  /** Name of the IANA database that `cron` is meant in; UTC where it is left out. */
  timeZone?: string;
}

export interface NewSchedule extends ScheduleTimes {
  id: string;
  runbook: string;
  /** The newest at each time where it is left out. */
  version?: number;
  input: Record<string, unknown>;
  paused: boolean;
  overlap: Overlap;
  /** How late a run may still begin that was missed during an outage. */
  catchupWindowMs: number;
  note?: string;
  /** In whose name the runs go. */
  createdBy: string;
}

/** A schedule in a list. Times are ISO 8601, UTC. */
export interface Schedule extends ScheduleTimes {
  id: string;
  runbook: string;
  version: number | null;
  createdBy: string;
  paused: boolean;
  note: string | null;
  next: string[];
  /** The last times, oldest first; `workflow` is the launch. */
  recent: { scheduledAt: string; takenAt: string; workflow: string }[];
}

export interface ScheduleDetail extends Schedule {
  input: Record<string, unknown>;
  overlap: Overlap;
  catchupWindowMs: number;
  createdAt: string;
  /** How many times a run began, was missed, and was left out because the one before had not ended. */
  counts: { taken: number; missed: number; skipped: number };
}

export interface SchedulePage {
  schedules: Schedule[];
  /** For the page after this one; null on the last. */
  next: string | null;
}

/** What of a schedule is its own, kept in its memo: Temporal turns `cron` into something else. */
export type ScheduleMemo = ScheduleTimes & Pick<Schedule, 'runbook' | 'version' | 'createdBy'>;

/** So that schedules of others in the same namespace are left alone. */
export const schedulePrefix = 'ymera:';
export const overlapNames = {
  skip: ScheduleOverlapPolicy.SKIP,
  buffer_one: ScheduleOverlapPolicy.BUFFER_ONE,
  allow_all: ScheduleOverlapPolicy.ALLOW_ALL,
} as const satisfies Record<Overlap, ScheduleOverlapPolicy>;

export function presentSchedule({ scheduleId, memo, state, info }: ScheduleSummary | ScheduleDescription): Schedule {
  const { runbook, version, createdBy, ...times } = memo?.schedule as ScheduleMemo;
  return {
    id: scheduleId.slice(schedulePrefix.length),
    runbook,
    version,
    createdBy,
    ...times,
    paused: state.paused,
    note: state.note || null,
    next: info.nextActionTimes.map((time) => time.toISOString()),
    recent: info.recentActions.map(({ scheduledAt, takenAt, action }) => ({
      scheduledAt: scheduledAt.toISOString(),
      takenAt: takenAt.toISOString(),
      workflow: action.workflow.workflowId,
    })),
  };
}

export function presentDetail(description: ScheduleDescription): ScheduleDetail {
  const { action, policies, info } = description;
  const [request] = (action.args ?? []) as [Omit<LaunchRequest, 'id'>];
  return {
    ...presentSchedule(description),
    input: request.input,
    overlap: overlaps.find((name) => overlapNames[name] === policies.overlap) ?? 'skip',
    catchupWindowMs: policies.catchupWindow,
    createdAt: info.createdAt.toISOString(),
    counts: {
      taken: info.numActionsTaken,
      missed: info.numActionsMissedCatchupWindow,
      skipped: info.numActionsSkippedOverlap,
    },
  };
}

export function timesOf({
  cron,
  everyMs,
  timeZone,
}: { [K in keyof ScheduleTimes]: ScheduleTimes[K] | undefined }): ScheduleTimes {
  return {
    ...(cron ? { cron } : {}),
    ...(everyMs === undefined ? {} : { everyMs }),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}
