import { Type, type Static } from '@sinclair/typebox';
import type { Command } from '../core/command';
import type { CommandDefinition } from '../core/kind';
import type { Guards } from '../core/launch';

const strict = { additionalProperties: false };
const owner = Type.String({ minLength: 1, maxLength: 200 });
/** Path of the step that needs it; left out where the run as a whole does. */
const step = Type.Optional(Type.String({ minLength: 1, maxLength: 1000 }));
const seconds = Type.Optional(Type.Number({ minimum: 0, maximum: 31_536_000 }));

/** Most runs within a window that a guard can count. */
export const mostCounted = 10_000;

export const guardsSchema = Type.Unsafe<Guards>(
  Type.Object(
    {
      cooldown: seconds,
      maxRuns: Type.Optional(Type.Integer({ minimum: 1, maximum: mostCounted })),
      window: seconds,
    },
    { ...strict, default: {} },
  ),
);

const acquire = Type.Object(
  {
    owner,
    step,
    /** How many may hold it at once, from now on. As it was where left out, and at first one. */
    slots: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    /** Seconds after which the owner is asked whether it still lives. */
    lease: Type.Number({ minimum: 1, maximum: 3600, default: 60 }),
    guards: guardsSchema,
    /** Where it would have to wait, the others are told that a newer one has come. */
    supersede: Type.Optional(Type.Boolean()),
  },
  strict,
);
const release = Type.Object({ owner, step, outcome: Type.Optional(Type.String({ maxLength: 100 })) }, strict);
const reportOwner = Type.Object({ owner, alive: Type.Boolean() }, strict);
const alarm = Type.Object({ at: Type.String({ minLength: 20, maxLength: 30 }) }, strict);
const breakLock = Type.Object({ owner: Type.Optional(owner) }, strict);

export type Acquire = Static<typeof acquire>;
export type Release = Static<typeof release>;
export type ReportOwner = Static<typeof reportOwner>;
export type Break = Static<typeof breakLock>;

export type TargetCommand =
  | Command<'Acquire', Acquire>
  | Command<'Release', Release>
  | Command<'ReportOwner', ReportOwner>
  | Command<'Alarm', Static<typeof alarm>>
  | Command<'Break', Break>;

export const targetCommands = {
  Acquire: { schema: acquire, description: 'A run wants it: gets it, waits in line, or may not.', internal: true },
  Release: {
    schema: release,
    description: 'A run is done with it, or waits no longer; without a step, with all it has here.',
    internal: true,
  },
  ReportOwner: { schema: reportOwner, description: 'Whether an owner that was asked still lives.', internal: true },
  Alarm: { schema: alarm, description: 'A lease has ended.', internal: true },
  Break: {
    schema: breakLock,
    description: 'Take it from its holder, or all of them. Needs a reason and the role `admin` or `operator`.',
  },
} as const satisfies Record<TargetCommand['type'], CommandDefinition>;
