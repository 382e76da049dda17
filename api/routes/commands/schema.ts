import { Type } from '@sinclair/typebox';
import { agentExamples, eventExamples } from '../../examples/agents';
import { eventRecord } from '../../schemas';

export const mostCommands = 256;

const command = Type.Object(
  {
    type: Type.String({ description: 'Such as `SetFlag`; `GET kinds` lists them.', minLength: 1, maxLength: 100 }),
    data: Type.Optional(Type.Object({}, { description: 'By the schema of the command; `{}` where it is left out.' })),
    reason: Type.Optional(Type.String({ description: 'Why; kept in the events.', maxLength: 1000 })),
  },
  { additionalProperties: false },
);

export const commandBody = Type.Union([command, Type.Array(command, { minItems: 1, maxItems: mostCommands })], {
  examples: [agentExamples.command],
});

export const commandDone = Type.Object(
  {
    status: Type.Unsafe<string>({ type: 'string', enum: ['accepted', 'duplicate'] }),
    commandId: Type.String(),
    sequence: Type.Integer({ description: 'Of the last event that it made; where it made none, of the agent then.' }),
    events: Type.Array(eventRecord),
  },
  { $id: 'CommandDone', examples: [eventExamples.commandDone] },
);

const rejected = Type.Object(
  {
    status: Type.Literal('rejected'),
    commandId: Type.String(),
    problem: Type.Unsafe<object>({ $ref: '#/components/schemas/Problem' }),
  },
  { $id: 'CommandRejected' },
);

export const commandAnswer = Type.Union([commandDone, Type.Array(Type.Union([commandDone, rejected]))], {
  examples: [eventExamples.commandDone],
});
