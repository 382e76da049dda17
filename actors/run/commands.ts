import { Type, type Static } from '@sinclair/typebox';
import type { Command } from '../core/command';
import type { CommandDefinition } from '../core/kind';

const strict = { additionalProperties: false };
const text = Type.String({ maxLength: 4000 });
const step = Type.String({ description: 'Path of a step, such as `roll[2].restart`.', minLength: 1, maxLength: 500 });
const empty = Type.Object({}, strict);

const approve = Type.Object({ step, planHash: Type.String({ pattern: '^[0-9a-f]{64}$' }) }, strict);
const deny = Type.Object({ step }, strict);
const cancel = Type.Object(
  {
    undo: Type.Boolean({ default: false }),
    pending: Type.Optional(
      Type.Boolean({ description: 'What is under way ends first; only what is pending is left out.' }),
    ),
  },
  strict,
);
const oneStep = Type.Object({ step }, strict);
const granted = Type.Object({ key: text, step: Type.Optional(step) }, strict);
const vetoed = Type.Object({ key: text, code: text, reason: text, until: Type.Optional(text) }, strict);
const lost = Type.Object({ key: text, by: text, reason: text }, strict);
const supersede = Type.Object({ key: text, by: text }, strict);
const childEnded = Type.Object(
  {
    step,
    run: text,
    outcome: text,
    output: Type.Optional(Type.Unknown()),
    error: Type.Optional(Type.Object({ code: text, message: text })),
  },
  strict,
);

export type RunCommand =
  | Command<'Approve', Static<typeof approve>>
  | Command<'Deny', Static<typeof deny>>
  | Command<'Pause', Static<typeof empty>>
  | Command<'Resume', Static<typeof empty>>
  | Command<'Cancel', Static<typeof cancel>>
  | Command<'RetryStep', Static<typeof oneStep>>
  | Command<'SkipStep', Static<typeof oneStep>>
  | Command<'TargetGranted', Static<typeof granted>>
  | Command<'TargetVetoed', Static<typeof vetoed>>
  | Command<'TargetLost', Static<typeof lost>>
  | Command<'Supersede', Static<typeof supersede>>
  | Command<'ChildEnded', Static<typeof childEnded>>;

export const runCommands = {
  Approve: { schema: approve, description: 'Agree to exactly the plan of that hash.' },
  Deny: { schema: deny, description: 'Refuse; the reason is required.' },
  Pause: { schema: empty, description: 'Begin no further step; what is under way ends.' },
  Resume: { schema: empty, description: 'Go on after a pause.' },
  Cancel: { schema: cancel, description: 'End it, and with `undo` take back what was done.' },
  RetryStep: { schema: oneStep, description: 'Try a step again that failed and waits for a decision.' },
  SkipStep: { schema: oneStep, description: 'Do without a step; the reason is required.' },
  TargetGranted: { schema: granted, description: 'A lock that was waited for is held.', internal: true },
  TargetVetoed: { schema: vetoed, description: 'A lock that was waited for is refused.', internal: true },
  TargetLost: { schema: lost, description: 'Somebody broke a lock.', internal: true },
  Supersede: { schema: supersede, description: 'A newer run of its group has come.', internal: true },
  ChildEnded: { schema: childEnded, description: 'A run that a step waits for has ended.', internal: true },
} as const satisfies Record<RunCommand['type'], CommandDefinition>;
