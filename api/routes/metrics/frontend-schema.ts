import { Type } from '@sinclair/typebox';
import { stringEnum } from '../../../actors/core/string-enum';
import { vitalNames, vitalRatings } from '../../../projections/queries/web-vitals';
import { metricExamples } from '../../examples/metrics';
import { spanQuery } from './span';

const strict = { additionalProperties: false };
const name = stringEnum([...vitalNames]);
const rating = stringEnum([...vitalRatings]);
const id = (description: string): ReturnType<typeof Type.String> =>
  Type.String({ description, pattern: '^[A-Za-z0-9._:-]{1,100}$' });

export const vitalSample = Type.Object(
  {
    name,
    value: Type.Number({
      description: 'In ms, and of CLS without a unit: at most 600,000, and of CLS 100.',
      minimum: 0,
      maximum: 600_000,
    }),
    id: id('Of the measurement: where it is sent again with a later value, the last one counts.'),
    sessionId: id('Made by chance for a visit; nothing that tells a person.'),
    rating,
    timestamp: Type.Union([Type.String({ format: 'date-time' }), Type.Integer({ minimum: 0 })], {
      description: 'When it was measured: ISO 8601, or ms since 1970. A day old at the most.',
    }),
    url: Type.String({
      description:
        "Of the page, with the API's own origin or one of `PUBLIC_ORIGINS`. Only its path is kept, with ids replaced: neither query nor fragment.",
      minLength: 1,
      maxLength: 2000,
    }),
  },
  { ...strict, $id: 'WebVital', examples: [metricExamples.vital] },
);

export const vitalAccepted = Type.Object(
  { accepted: Type.Literal(true) },
  { $id: 'WebVitalAccepted', examples: [metricExamples.vitalAccepted] },
);

export const vitalsQuery = Type.Object(
  {
    name: Type.Optional(name),
    page: Type.Optional(
      Type.String({ description: 'A page as it is kept: `/agents/:id`.', maxLength: 200, examples: ['/agents/:id'] }),
    ),
    ...spanQuery,
    step: Type.Optional(
      Type.Integer({
        description: 'Length of a bucket in seconds, counted from 1970; one for the whole span unless told.',
        minimum: 60,
        maximum: 31_622_400,
      }),
    ),
    pages: stringEnum(['each', 'together'], { description: 'All pages as one, or each by itself.', default: 'each' }),
    limit: Type.Integer({
      description: 'Most pages: those with most samples.',
      minimum: 1,
      maximum: 200,
      default: 50,
    }),
  },
  strict,
);

const milliseconds = Type.Number({ minimum: 0 });
const share = Type.Number({ minimum: 0, maximum: 1 });

export const vitalSummaries = Type.Object(
  {
    from: Type.String({ format: 'date-time' }),
    to: Type.String({ format: 'date-time' }),
    step: Type.Union([Type.Integer(), Type.Null()]),
    vitals: Type.Array(
      Type.Object({
        name,
        page: Type.Union([Type.String(), Type.Null()], { description: 'Null where all are taken together.' }),
        time: Type.String({ format: 'date-time', description: 'Begin of the bucket.' }),
        count: Type.Integer({ minimum: 1 }),
        p50: milliseconds,
        p75: milliseconds,
        p95: milliseconds,
        ratings: Type.Object({ good: share, 'needs-improvement': share, poor: share }, { description: 'Shares.' }),
      }),
    ),
  },
  { $id: 'WebVitals', description: 'By name, page and time, in this order.', examples: [metricExamples.vitals] },
);
