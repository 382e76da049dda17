import { Type } from '@sinclair/typebox';
import { eventExamples } from '../../examples/agents';
import { momentText } from '../../moment';
import { nextCursor, pageQuery } from '../../pages';
import { jsonPatch, sequence } from '../../schemas';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });

export const stateQuery = Type.Object({ at: Type.Optional(momentText) }, strict);

export const diffQuery = Type.Object({ from: momentText, to: momentText }, strict);

export const agentDiff = Type.Object(
  { from: sequence, to: sequence, diff: jsonPatch },
  {
    $id: 'AgentDiff',
    description: 'What leads from the agent after event `from` to the agent after event `to`.',
    examples: [eventExamples.diff],
  },
);

export const blameQuery = Type.Object(
  {
    path: Type.String({
      description:
        'JSON Pointer (RFC 6901) to a value: `/state/…`, `/config/…`, `/configVersion`, `/name` or `/status`. Of a whole subtree, each value under it.',
      maxLength: 1000,
      pattern: '^/(state|config)(/([^~]|~[01])*)?$|^/(configVersion|name|status)$',
      examples: ['/state/flags/dark-mode'],
    }),
    ...pageQuery,
  },
  strict,
);

export const blamePage = Type.Object(
  {
    events: Type.Array(
      Type.Object({
        sequence,
        time,
        type: Type.String(),
        principal: Type.String(),
        reason: Type.Optional(Type.String()),
        commandid: Type.String(),
        changes: Type.Array(
          Type.Object({
            path: Type.String(),
            before: Type.Optional(Type.Unknown()),
            after: Type.Optional(Type.Unknown()),
          }),
          { description: '`before` is missing where the value was not there, `after` where it is not there any more.' },
        ),
        truncated: Type.Boolean({ description: 'It has changed more values than are shown.' }),
      }),
    ),
    next: nextCursor,
  },
  {
    $id: 'BlamePage',
    description: 'Newest first. A page may hold no event and yet have a next one: so many events were looked at.',
    examples: [eventExamples.blame],
  },
);

export const replayQuery = Type.Object(
  {
    from: Type.Optional(momentText),
    to: Type.Optional(momentText),
    speed: Type.Number({
      description: 'How many times as fast as it happened.',
      minimum: 0.1,
      maximum: 1000,
      default: 1,
    }),
  },
  strict,
);

export const replayPlan = Type.Object(
  {
    agent: Type.String(),
    from: sequence,
    to: sequence,
    events: Type.Integer({ minimum: 0 }),
    begins: time,
    ends: time,
    socket: Type.String({ description: 'Where it is played.' }),
    message: Type.Object(
      {
        op: Type.Literal('replay'),
        agent: Type.String(),
        from: Type.String(),
        to: Type.String(),
        speed: Type.Number(),
      },
      { description: 'What to send there to have it played.' },
    ),
  },
  { $id: 'ReplayPlan', examples: [eventExamples.replay] },
);
