import { Type } from '@sinclair/typebox';
import { stringEnum } from '../../../actors/core/string-enum';
import { metricExamples } from '../../examples/metrics';
import { spanQuery } from './span';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });
const type = stringEnum(['counter', 'gauge', 'histogram']);
const label = '[a-z_][a-z0-9_]{0,62}';

export const metricNames = Type.Object(
  {
    metrics: Type.Array(
      Type.Object({
        name: Type.String(),
        type,
        help: Type.String(),
        seenAt: Type.String({ ...time, description: 'When a process last said that it has it: once an hour.' }),
      }),
    ),
  },
  { $id: 'MetricNames', examples: [metricExamples.names] },
);

export const seriesQuery = Type.Object(
  {
    name: Type.String({
      description: 'Of a metric; of a histogram with `quantile`, or with `_count` or `_sum` behind it.',
      pattern: '^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$',
      examples: ['ymera_http_request_duration_seconds_count'],
    }),
    ...spanQuery,
    step: Type.Optional(
      Type.Integer({
        description: 'Length of a bucket of time in seconds, counted from 1970; a hundredth of the span unless told.',
        minimum: 1,
        maximum: 31_622_400,
      }),
    ),
    rate: Type.Optional(
      Type.Boolean({
        description:
          'Of a counter: its growth per second, as is told unless asked otherwise, or the counter as it stands.',
      }),
    ),
    quantile: Type.Optional(Type.Number({ description: 'Of a histogram.', minimum: 0, maximum: 1, examples: [0.95] })),
    by: Type.Optional(
      Type.String({
        description:
          'Labels that tell series apart, separated by commas; the others are summed up. All of them unless told.',
        pattern: `^(${label}(,${label}){0,9})?$`,
        examples: ['route'],
      }),
    ),
    limit: Type.Integer({ description: 'Most series: the largest.', minimum: 1, maximum: 100, default: 20 }),
  },
  strict,
);

export const metricSeries = Type.Object(
  {
    name: Type.String(),
    type,
    from: time,
    to: time,
    step: Type.Integer({ minimum: 1 }),
    rate: Type.Boolean(),
    quantile: Type.Union([Type.Number(), Type.Null()]),
    total: Type.Integer({ description: 'How many series there are.', minimum: 0 }),
    series: Type.Array(
      Type.Object({
        labels: Type.Record(Type.String(), Type.String()),
        points: Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), {
          description: 'Begin of the bucket in ms since 1970, and the value. What was not measured has none.',
        }),
      }),
    ),
  },
  { $id: 'MetricSeries', examples: [metricExamples.series] },
);
