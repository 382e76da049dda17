import type { TemporalSchedules } from '../temporal/schedules';
import type { NewSchedule, ScheduleDetail } from '../temporal/schedule';

const pageSize = 100;

/** All schedules, each as it would be made anew. @throws AgentFailure `unavailable` */
export async function* allSchedules(schedules: Pick<TemporalSchedules, 'list' | 'get'>): AsyncGenerator<NewSchedule> {
  let cursor: string | undefined;
  do {
    const page = await schedules.list(pageSize, cursor);
    for (const { id } of page.schedules) yield asNew(await schedules.get(id));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

function asNew(schedule: ScheduleDetail): NewSchedule {
  const { id, runbook, version, input, paused, overlap, catchupWindowMs, note, createdBy } = schedule;
  const { cron, everyMs, timeZone } = schedule;
  return {
    id,
    runbook,
    ...(version === null ? {} : { version }),
    input,
    paused,
    overlap,
    catchupWindowMs,
    ...(note === null ? {} : { note }),
    createdBy,
    ...(cron ? { cron } : {}),
    ...(everyMs === undefined ? {} : { everyMs }),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}
