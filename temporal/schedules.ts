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
import { guardOf } from './guard';
import {
  overlapNames,
  presentDetail,
  presentSchedule,
  schedulePrefix,
  timesOf,
  type NewSchedule,
  type Schedule,
  type ScheduleDetail,
  type ScheduleMemo,
  type SchedulePage,
} from './schedule';

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
    const memo: ScheduleMemo = { runbook, version: version ?? null, createdBy, ...times };
    const sealed = await this.sealed(note);
    await this.call(id, () =>
      this.client.schedule.create({
        scheduleId: schedulePrefix + id,
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
        if (summary.scheduleId.startsWith(schedulePrefix) && summary.memo)
          found.push(presentSchedule(await this.opened(summary)));
        if (found.length === mostListed) break;
      }
      return found.sort((a, b) => (a.id < b.id ? -1 : 1));
    });
  }

  /** @throws AgentFailure `schedule_not_found` | `unavailable` */
  async get(id: string): Promise<ScheduleDetail> {
    return this.call(id, async () => presentDetail(await this.opened(await this.handle(id).describe())));
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
    return this.client.schedule.getHandle(schedulePrefix + id);
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
      return await guardOf(this.client).call(callMs, work);
    } catch (error) {
      throw failureOf(error, id);
    }
  }
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
