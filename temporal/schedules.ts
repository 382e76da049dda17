import {
  isGrpcServiceError,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleDescription,
  type ScheduleHandle,
  type ScheduleSummary,
} from '@temporalio/client';
import type { LaunchRequest } from '../actors/core/launch';
import { formatCursor, parseCursor } from '../projections/queries/cursor';
import { openText, sealText } from './codec/sealed-text';
import { AgentFailure } from './failures';

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
type Memo = ScheduleTimes & Pick<Schedule, 'runbook' | 'version' | 'createdBy'>;

/** So that schedules of others in the same namespace are left alone. */
const prefix = 'ymera:';
const callMs = 8_000;
const mostListed = 1_000;

/** Schedules as they are kept by Temporal. */
export class TemporalSchedules {
  constructor(
    private readonly client: Client,
    private readonly taskQueue: string,
  ) {}

  /** @throws AgentFailure `schedule_exists` | `invalid_schedule` | `unavailable` */
  async create(schedule: NewSchedule): Promise<ScheduleDetail> {
    const { id, runbook, version, cron, everyMs, timeZone, note, createdBy } = schedule;
    const times = timesOf({ cron, everyMs, timeZone });
    const request: Omit<LaunchRequest, 'id'> = {
      runbook,
      ...(version === undefined ? {} : { version }),
      input: schedule.input,
      trigger: { type: 'schedule', schedule: id },
      principal: createdBy,
    };
    const memo: Memo = { runbook, version: version ?? null, createdBy, ...times };
    const sealed = await this.sealed(note);
    await this.call(id, () =>
      this.client.schedule.create({
        scheduleId: prefix + id,
        spec: {
          ...(cron ? { cronExpressions: cron } : {}),
          ...(everyMs === undefined ? {} : { intervals: [{ every: everyMs }] }),
          ...(timeZone === undefined ? {} : { timezone: timeZone }),
        },
        action: {
          type: 'startWorkflow',
          workflowType: 'launch',
          workflowId: `launch:${id}`,
          taskQueue: this.taskQueue,
          args: [request],
        },
        policies: { overlap: overlapNames[schedule.overlap], catchupWindow: schedule.catchupWindowMs },
        memo: { schedule: memo },
        state: { paused: schedule.paused, ...(sealed === undefined ? {} : { note: sealed }) },
      }),
    );
    return this.get(id);
  }

  /**
   * Schedules by id, by pages, out of 1,000 at the most. What was just made may be missing for a moment.
   * @param cursor `next` of the page before; one that was never given out counts as none
   */
  async list(limit: number, cursor?: string): Promise<SchedulePage> {
    const [after = ''] = parseCursor(cursor, ['text']) ?? [];
    const later = (await this.all()).filter(({ id }) => id > after);
    const schedules = later.slice(0, limit);
    const last = schedules.at(-1);
    return { schedules, next: later.length > limit && last ? formatCursor([last.id]) : null };
  }

  private async all(): Promise<Schedule[]> {
    return this.call('', async () => {
      const found: Schedule[] = [];
      for await (const summary of this.client.schedule.list({ pageSize: 200 })) {
        if (summary.scheduleId.startsWith(prefix) && summary.memo) found.push(present(await this.opened(summary)));
        if (found.length === mostListed) break;
      }
      return found.sort((a, b) => (a.id < b.id ? -1 : 1));
    });
  }

  /** @throws AgentFailure `schedule_not_found` | `unavailable` */
  async get(id: string): Promise<ScheduleDetail> {
    return this.call(id, async () => detail(await this.opened(await this.handle(id).describe())));
  }

  remove(id: string): Promise<void> {
    return this.call(id, () => this.handle(id).delete());
  }

  pause(id: string, note?: string): Promise<void> {
    return this.call(id, async () => this.handle(id).pause(await this.sealed(note)));
  }

  resume(id: string, note?: string): Promise<void> {
    return this.call(id, async () => this.handle(id).unpause(await this.sealed(note)));
  }

  /** Begins a run now, whatever the times say. */
  trigger(id: string): Promise<void> {
    return this.call(id, () => this.handle(id).trigger(ScheduleOverlapPolicy.ALLOW_ALL));
  }

  /** Begins, one after another, what would have begun from `from` to `to`, ISO 8601. */
  backfill(id: string, from: string, to: string): Promise<void> {
    const overlap = ScheduleOverlapPolicy.BUFFER_ALL;
    return this.call(id, () => this.handle(id).backfill({ start: new Date(from), end: new Date(to), overlap }));
  }

  private handle(id: string): ScheduleHandle {
    return this.client.schedule.getHandle(prefix + id);
  }

  private async sealed(note: string | undefined): Promise<string | undefined> {
    return note === undefined ? undefined : sealText(this.client, note);
  }

  private async opened<T extends ScheduleSummary | ScheduleDescription>(told: T): Promise<T> {
    const note = await openText(this.client, told.state.note ?? '');
    return { ...told, state: { ...told.state, note } };
  }

  private async call<T>(id: string, work: () => Promise<T>): Promise<T> {
    try {
      return await this.client.withDeadline(Date.now() + callMs, work);
    } catch (error) {
      throw failureOf(error, id);
    }
  }
}

const overlapNames = {
  skip: ScheduleOverlapPolicy.SKIP,
  buffer_one: ScheduleOverlapPolicy.BUFFER_ONE,
  allow_all: ScheduleOverlapPolicy.ALLOW_ALL,
} as const satisfies Record<Overlap, ScheduleOverlapPolicy>;

function present({ scheduleId, memo, state, info }: ScheduleSummary | ScheduleDescription): Schedule {
  const { runbook, version, createdBy, ...times } = memo?.schedule as Memo;
  return {
    id: scheduleId.slice(prefix.length),
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

function detail(description: ScheduleDescription): ScheduleDetail {
  const { action, policies, info } = description;
  const [request] = (action.args ?? []) as [Omit<LaunchRequest, 'id'>];
  return {
    ...present(description),
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

function timesOf({
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

function failureOf(error: unknown, id: string): AgentFailure {
  if (error instanceof ScheduleNotFoundError)
    return new AgentFailure('schedule_not_found', `there is no schedule ${id}`);
  if (error instanceof ScheduleAlreadyRunning) return new AgentFailure('schedule_exists', `there is a schedule ${id}`);
  // What the SDK makes of a cron expression or a time zone that Temporal can't read.
  if (error instanceof TypeError)
    return new AgentFailure('invalid_schedule', error.message, undefined, { cause: error });
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const grpcInvalidArgument = 3;
  if (isGrpcServiceError(cause) && Number(cause.code) === grpcInvalidArgument) {
    return new AgentFailure('invalid_schedule', cause.details, undefined, { cause: error });
  }
  return new AgentFailure('unavailable', 'the schedules did not answer in time', 2, { cause: error });
}
