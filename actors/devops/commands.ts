import { Type, type Static } from '@sinclair/typebox';
import type { Command } from '../core/command';
import type { CommandDefinition } from '../core/kind';

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
const reportAttempt = Type.Object(
  {
    target: Type.String(),
    issue: Type.String(),
    attempt: count,
    outcome: Type.Union([Type.Literal('recovered'), Type.Literal('failed')]),
    exitCode: Type.Union([Type.Integer(), Type.Null()]),
    durationMs: Type.Number({ minimum: 0 }),
    output: text,
    error: Type.Optional(text),
  },
  strict,
);
const reportOutcome = Type.Object(
  {
    target: Type.String(),
    issue: Type.String(),
    outcome: Type.Union([Type.Literal('recovered'), Type.Literal('failed')]),
    attempts: count,
    durationMs: Type.Number({ minimum: 0 }),
  },
  strict,
);
const reportCooldownOver = Type.Object({ target: Type.String(), issue: Type.String() }, strict);

export type ReportDown = Static<typeof reportDown>;
export type ReportUp = Static<typeof reportUp>;
export type ReportAttempt = Static<typeof reportAttempt>;
export type ReportOutcome = Static<typeof reportOutcome>;
export type ReportCooldownOver = Static<typeof reportCooldownOver>;

export type DevopsCommand =
  | Command<'ReportDown', ReportDown>
  | Command<'ReportUp', ReportUp>
  | Command<'ReportAttempt', ReportAttempt>
  | Command<'ReportOutcome', ReportOutcome>
  | Command<'ReportCooldownOver', ReportCooldownOver>;

export const devopsCommands = {
  ReportDown: { schema: reportDown, description: 'The watch saw a target fail.', internal: true },
  ReportUp: { schema: reportUp, description: 'The watch saw a target answer again.', internal: true },
  ReportAttempt: { schema: reportAttempt, description: 'A remediation made an attempt.', internal: true },
  ReportOutcome: { schema: reportOutcome, description: 'A remediation ended.', internal: true },
  ReportCooldownOver: { schema: reportCooldownOver, description: 'A cooldown ended.', internal: true },
} as const satisfies Record<DevopsCommand['type'], CommandDefinition>;
