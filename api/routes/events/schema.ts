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

export const histogramQuery = Type.Object(
  {
    by: Type.Unsafe<'sequence' | 'time'>({
      type: 'string',
      enum: ['sequence', 'time'],
      default: 'time',
      description: 'What is cut into equal parts: the numbers of the events, or the time that they span.',
    }),
    buckets: Type.Integer({ description: 'Into how many.', minimum: 1, maximum: 500, default: 120 }),
  },
  { additionalProperties: false },
);

const count = Type.Integer({ minimum: 0 });
const time = Type.String({ format: 'date-time' });

export const eventHistogram = Type.Object(
  {
    by: Type.String({ enum: ['sequence', 'time'] }),
    buckets: Type.Array(
      Type.Object({
        index: Type.Integer({ description: 'Which part, from 0.', minimum: 0 }),
        from: sequence,
        to: sequence,
        begins: time,
        ends: time,
        counts: Type.Object({ EVENT: count, NOTIFICATION: count, RESPONSE: count }),
      }),
      {
        description: 'Ascending; parts without an event are left out. From the first event to the last, of both ends.',
      },
    ),
  },
  { $id: 'EventHistogram', examples: [eventExamples.histogram] },
);
