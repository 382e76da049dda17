import { Type } from '@sinclair/typebox';
import { stringEnum } from '../../../actors/core/string-enum';
import { overlaps } from '../../../temporal/schedule';
import { triggerExamples } from '../../examples/runs';
import { nextCursor } from '../../pages';
import { demands } from '../../schemas';
import { input, runbookName, version } from '../runs/schema';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });
const id = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$', examples: ['hourly'] });
const note = Type.Optional(Type.String({ maxLength: 500 }));

export const scheduleParams = Type.Object({ id }, strict);

export const newSchedule = Type.Object(
  {
    id,
    runbook: runbookName,
    version: Type.Optional(version),
    input: Type.Optional(input),
    cron: Type.Optional(
      Type.Array(Type.String({ description: 'Such as `0 3 * * 1-5`.', minLength: 1, maxLength: 200 }), {
        minItems: 1,
        maxItems: 20,
      }),
    ),
    every: Type.Optional(Type.Number({ description: 'Seconds; instead of `cron`.', minimum: 1, maximum: 31_536_000 })),
    time_zone: Type.Optional(Type.String({ description: 'IANA name; UTC unless told.', maxLength: 100 })),
    paused: Type.Boolean({ default: false }),
    overlap: stringEnum([...overlaps], {
      description: 'What becomes of a time at which the former launch is still under way.',
      default: 'skip',
    }),
    catchup_window: Type.Number({
      description: 'Seconds within which a time that was missed in an outage is made up for.',
      minimum: 10,
      maximum: 31_536_000,
      default: 3600,
    }),
    note,
  },
  {
    ...strict,
    description: 'Either `cron` or `every`.',
    oneOf: [demands('cron'), demands('every')],
    examples: [triggerExamples.newSchedule],
  },
);

export const noteBody = Type.Object({ note }, { ...strict, examples: [triggerExamples.scheduleNote] });
export const backfillBody = Type.Object({ from: time, to: time }, { ...strict, examples: [triggerExamples.backfill] });
export const deleted = Type.Object({ id }, { examples: [triggerExamples.deletedSchedule] });

const maybe = Type.Union([version, Type.Null()], { description: 'The newest at each time where it is null.' });

const shared = {
  id,
  runbook: Type.String(),
  version: maybe,
  createdBy: Type.String({ description: 'In whose name its runs begin.' }),
  cron: Type.Optional(Type.Array(Type.String())),
  everyMs: Type.Optional(Type.Number()),
  timeZone: Type.Optional(Type.String()),
  paused: Type.Boolean(),
  note: Type.Union([Type.String(), Type.Null()]),
  next: Type.Array(time, { description: 'The next times.' }),
  recent: Type.Array(
    Type.Object({ scheduledAt: time, takenAt: time, workflow: Type.String({ description: 'The launch.' }) }),
    { description: 'The last times, oldest first.' },
  ),
};

export const scheduleList = Type.Object(
  { schedules: Type.Array(Type.Object(shared)), next: nextCursor },
  { $id: 'SchedulePage', examples: [triggerExamples.schedulePage] },
);

export const schedule = Type.Object(
  {
    ...shared,
    input,
    overlap: Type.String(),
    catchupWindowMs: Type.Number(),
    createdAt: time,
    counts: Type.Object({ taken: Type.Integer(), missed: Type.Integer(), skipped: Type.Integer() }),
  },
  { $id: 'Schedule', examples: [triggerExamples.schedule] },
);
