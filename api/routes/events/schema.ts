import { Type } from '@sinclair/typebox';
import { eventExamples } from '../../examples/agents';
import { eventRecord, sequence } from '../../schemas';

export const eventsQuery = Type.Object(
  {
    from: Type.Integer({
      description: 'First sequence; `next` of the page before.',
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      default: 1,
    }),
    to: Type.Optional(sequence),
    limit: Type.Optional(
      Type.Integer({ description: '100 where it is left out; as NDJSON none then.', minimum: 1, maximum: 1000 }),
    ),
  },
  { additionalProperties: false },
);

export const eventPage = Type.Object(
  {
    events: Type.Array(eventRecord),
    next: Type.Union([sequence, Type.Null()], { description: '`from` of the next page; null on the last.' }),
  },
  { $id: 'EventPage', examples: [eventExamples.eventPage] },
);
