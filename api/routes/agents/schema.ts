import { Type } from '@sinclair/typebox';
import { agentExamples } from '../../examples/agents';
import { nextCursor, pageQuery } from '../../pages';
import { agentSummary, chosenId, sequence } from '../../schemas';

export const listQuery = Type.Object(
  {
    kind: Type.Optional(Type.String({ maxLength: 100, pattern: '^[^\\u0000]*$' })),
    status: Type.Optional(Type.Unsafe<'running' | 'stopped'>({ type: 'string', enum: ['running', 'stopped'] })),
    q: Type.Optional(Type.String({ description: 'How the id or the name begins.', maxLength: 200 })),
    ids: Type.Optional(
      Type.String({
        description: 'These alone: up to 100, with commas between.',
        maxLength: 6400,
        pattern: '^[a-z0-9][a-z0-9-]{0,62}(,[a-z0-9][a-z0-9-]{0,62}){0,99}$',
      }),
    ),
    ...pageQuery,
  },
  { additionalProperties: false },
);

export const agentPage = Type.Object(
  { agents: Type.Array(agentSummary), next: nextCursor },
  { $id: 'AgentPage', examples: [agentExamples.agentPage] },
);

const agentName = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f]*$' });

export const newAgent = Type.Object(
  {
    kind: Type.String({ minLength: 1, maxLength: 100 }),
    id: Type.Optional(chosenId),
    name: Type.Optional(agentName),
    config: Type.Optional(Type.Object({}, { description: 'By the schema of the kind; defaults are filled in.' })),
  },
  { additionalProperties: false, examples: [agentExamples.newAgent] },
);

export const forkBody = Type.Object(
  {
    at: Type.Optional(
      Type.Union([sequence, Type.String({ format: 'date-time', maxLength: 40 })], {
        description: 'After which event, by its sequence, or at what time; as it stands where it is left out.',
      }),
    ),
    id: Type.Optional(chosenId),
    name: Type.Optional(agentName),
    reason: Type.Optional(Type.String({ description: 'Why; kept in its first event.', maxLength: 1000 })),
  },
  { additionalProperties: false, examples: [agentExamples.fork] },
);

export const getQuery = Type.Object(
  {
    consistency: Type.Unsafe<'live' | 'snapshot'>({
      type: 'string',
      enum: ['live', 'snapshot'],
      default: 'live',
      description: '`snapshot` reads the mirror, which is a little behind and costs the agent nothing.',
    }),
  },
  { additionalProperties: false },
);
