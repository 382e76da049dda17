import { Type } from '@sinclair/typebox';
import { agentExamples, eventExamples } from '../../examples/agents';
import { eventRecord, jsonPatch, sequence } from '../../schemas';

const version = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

export const config = Type.Object(
  {},
  {
    description: 'By the schema of the kind; defaults are filled in.',
    examples: [agentExamples.config],
  },
);

export const changed = Type.Object(
  {
    version,
    config: Type.Unknown(),
    sequence: Type.Integer({ description: 'Of the event that made this version.' }),
    events: Type.Array(eventRecord),
  },
  { $id: 'ConfigChange', examples: [eventExamples.configChange] },
);

export const versionsQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 50, default: 20 }),
    before: Type.Optional(
      Type.Integer({ description: '`next` of the page before.', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    ),
  },
  { additionalProperties: false },
);

export const versionPage = Type.Object(
  {
    versions: Type.Array(
      Type.Object(
        {
          version,
          sequence,
          time: Type.String({ format: 'date-time' }),
          principal: Type.String(),
          reason: Type.Optional(Type.String()),
          rollbackOf: Type.Optional(version),
          config: Type.Unknown(),
          hash: Type.String(),
          diff: jsonPatch,
        },
        {
          $id: 'ConfigVersion',
          description: '`diff` leads from the version before it; the first one leads from `{}`.',
        },
      ),
    ),
    next: Type.Union([version, Type.Null()]),
  },
  { $id: 'ConfigVersionPage', examples: [eventExamples.configVersions] },
);

export const rollback = Type.Object(
  { version, reason: Type.Optional(Type.String({ maxLength: 1000 })) },
  { additionalProperties: false, examples: [agentExamples.rollback] },
);
