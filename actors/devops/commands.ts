import { Type, type Static } from '@sinclair/typebox';
import type { Command } from '../core/command';
import type { CommandDefinition } from '../core/kind';
import { stringEnum } from '../core/string-enum';
import { runOutcomes } from '../run/events';
import { sourceCommands, type SourceCommand } from './sources-messages';

const time = Type.String({ minLength: 20, maxLength: 30 });
const text = Type.String({ maxLength: 4000 });
const count = Type.Integer({ minimum: 0 });
const strict = { additionalProperties: false };

/** `revision` is that of the watch's orders: a report made under older ones means nothing any more. */
const reportDown = Type.Object(
  { target: Type.String(), revision: count, since: time, failures: count, error: text },
  strict,
);
const reportUp = Type.Object({ target: Type.String(), revision: count, since: time }, strict);
const reportRun = Type.Object(
  {
    target: Type.String(),
    issue: Type.String(),
    run: Type.String(),
    outcome: stringEnum([...runOutcomes]),
    durationMs: Type.Number({ minimum: 0 }),
    error: Type.Optional(text),
    until: Type.Optional(time),
  },
  strict,
);
const reportFlapping = Type.Object({ target: Type.String(), revision: count, since: time, changes: count }, strict);
const reportMaintenance = Type.Object(
  {
    revision: count,
    windows: Type.Array(Type.Object({ name: Type.String(), until: Type.Optional(time) }, strict), { maxItems: 50 }),
  },
  strict,
);
const digest = Type.String({ pattern: '^[0-9a-f]{64}$' });
const reportAlerts = Type.Object(
  {
    group: digest,
    firing: Type.Boolean(),
    since: time,
    labels: Type.Record(Type.String(), Type.String()),
    text,
  },
  strict,
);
const reportDelivery = Type.Object(
  {
    receiver: Type.String(),
    alert: Type.String(),
    issue: Type.String(),
    status: Type.String(),
    error: Type.Optional(text),
  },
  strict,
);
const issue = Type.String({ description: 'Such as `web-1`.', minLength: 1, maxLength: 100 });
const acknowledge = Type.Object({ issue }, strict);
const snooze = Type.Object(
  { issue, seconds: Type.Number({ description: 'For how long.', minimum: 1, maximum: 2_592_000 }) },
  strict,
);
const alarm = Type.Object({ at: time }, strict);

export type ReportDown = Static<typeof reportDown>;
export type ReportUp = Static<typeof reportUp>;
export type ReportAlerts = Static<typeof reportAlerts>;
export type ReportMaintenance = Static<typeof reportMaintenance>;
export type ReportRun = Static<typeof reportRun>;

export type DevopsCommand =
  | Command<'ReportDown', ReportDown>
  | Command<'ReportUp', ReportUp>
  | Command<'ReportRun', ReportRun>
  | Command<'ReportFlapping', Static<typeof reportFlapping>>
  | Command<'ReportMaintenance', ReportMaintenance>
  | Command<'ReportAlerts', ReportAlerts>
  | Command<'ReportDelivery', Static<typeof reportDelivery>>
  | Command<'AcknowledgeIssue', Static<typeof acknowledge>>
  | Command<'SnoozeIssue', Static<typeof snooze>>
  | Command<'Alarm', Static<typeof alarm>>
  | SourceCommand;

export const devopsCommands = {
  ReportDown: { schema: reportDown, description: 'The watch saw a target fail.', internal: true },
  ReportUp: { schema: reportUp, description: 'The watch saw a target answer again.', internal: true },
  ReportRun: { schema: reportRun, description: 'A run that was to bring a target back has ended.', internal: true },
  ReportFlapping: { schema: reportFlapping, description: 'The watch saw a target change too often.', internal: true },
  ReportMaintenance: { schema: reportMaintenance, description: 'Which maintenance windows are open.', internal: true },
  ReportAlerts: { schema: reportAlerts, description: 'A group of alerts of others began or ended.', internal: true },
  ReportDelivery: { schema: reportDelivery, description: 'An alert was delivered, or given up.', internal: true },
  AcknowledgeIssue: {
    schema: acknowledge,
    description: 'Take an issue on: it is not told again. The reason is required.',
  },
  SnoozeIssue: { schema: snooze, description: 'Do not tell of an issue for some time. The reason is required.' },
  ...sourceCommands,
  Alarm: { schema: alarm, description: 'A pause or a cooldown is over.', internal: true },
} as const satisfies Record<DevopsCommand['type'], CommandDefinition>;
