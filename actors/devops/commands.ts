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
const alarm = Type.Object({ at: time }, strict);

export type ReportDown = Static<typeof reportDown>;
export type ReportUp = Static<typeof reportUp>;
export type ReportRun = Static<typeof reportRun>;

export type DevopsCommand =
  | Command<'ReportDown', ReportDown>
  | Command<'ReportUp', ReportUp>
  | Command<'ReportRun', ReportRun>
  | Command<'Alarm', Static<typeof alarm>>
  | SourceCommand;

export const devopsCommands = {
  ReportDown: { schema: reportDown, description: 'The watch saw a target fail.', internal: true },
  ReportUp: { schema: reportUp, description: 'The watch saw a target answer again.', internal: true },
  ReportRun: { schema: reportRun, description: 'A run that was to bring a target back has ended.', internal: true },
  ...sourceCommands,
  Alarm: { schema: alarm, description: 'A pause or a cooldown is over.', internal: true },
} as const satisfies Record<DevopsCommand['type'], CommandDefinition>;
