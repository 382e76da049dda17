import { Type, type Static } from '@sinclair/typebox';
import { baseConfig } from '../core/base-config';
import type { FieldError } from '../core/errors';
import { stringEnum } from '../core/string-enum';

const strict = { additionalProperties: false };
const name = Type.String({ minLength: 1, maxLength: 63, pattern: '^[a-z0-9][a-z0-9_-]*$' });
const url = Type.String({ minLength: 1, maxLength: 2048, pattern: '^https?://[^\\s]+$' });
const measured = stringEnum(['cpu', 'memory'], { description: 'Percent of one core, or resident bytes.' });
const argv = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), { description, minItems: 1, maxItems: 64 });

const source = Type.Union([
  Type.Object(
    {
      type: Type.Literal('prometheus'),
      url,
      query: Type.String({ description: 'PromQL that yields one series.', minLength: 1, maxLength: 4000 }),
    },
    { ...strict, title: 'Prometheus' },
  ),
  Type.Object({ type: Type.Literal('http'), url }, { ...strict, title: 'Latency of a GET, in ms' }),
  Type.Object(
    { type: Type.Literal('process'), pid_file: Type.String({ minLength: 1, maxLength: 4096 }), measured },
    { ...strict, title: 'Process' },
  ),
  Type.Object(
    { type: Type.Literal('container'), container: Type.String({ minLength: 1, maxLength: 128 }), measured },
    { ...strict, title: 'Container' },
  ),
]);

/** What is measured of a metric, whatever the agent makes of it. */
export const metric = Type.Object(
  { name, better: stringEnum(['lower', 'higher'], { description: 'Which way it is good.' }), source },
  strict,
);

const watched = Type.Object(
  {
    ...metric.properties,
    canary: Type.Optional(Type.Union(source.anyOf, { description: 'The same of the canary alone.' })),
  },
  strict,
);

const setting = Type.Object(
  {
    name,
    value: Type.Number({ description: 'As it is now.' }),
    minimum: Type.Number(),
    maximum: Type.Number(),
    step: Type.Number({ exclusiveMinimum: 0 }),
    try: stringEnum(['up', 'down', 'both'], { description: 'Which way it may be changed.', default: 'both' }),
    canary: argv('Sets it on the canary alone; `${{ value }}` is the value. A program and its arguments.'),
    apply: argv('Sets it everywhere.'),
  },
  { ...strict, description: 'What may be changed, within bounds: replicas, a limit, a value of a config.' },
);

/** How many values a comparison is made of. */
export const sampleCount = Type.Integer({
  title: 'Values',
  description: 'Values of each metric that one comparison is made of.',
  minimum: 5,
  maximum: 60,
  default: 20,
});
export const alpha = Type.Number({
  title: 'Chance of a false alarm',
  description: 'For one comparison, over all metrics together.',
  minimum: 0.0001,
  maximum: 0.2,
  default: 0.01,
});
export const minEffect = Type.Number({
  title: 'Least effect',
  description: 'Relative change of the median that matters: 0.1 is a tenth.',
  minimum: 0,
  maximum: 10,
  default: 0.1,
});

/** The config of a performance agent; durations are seconds. */
export const performanceConfig = Type.Object(
  {
    ...baseConfig,
    metrics: Type.Array(watched, { title: 'Metrics', maxItems: 20, default: [] }),
    every: Type.Number({ description: 'Seconds between values.', minimum: 0.05, maximum: 3600, default: 15 }),
    samples: sampleCount,
    alpha,
    min_effect: minEffect,
    settings: Type.Array(setting, { title: 'Settings', maxItems: 20, default: [] }),
    settle: Type.Number({
      description: 'Seconds after a change before it is measured.',
      minimum: 0,
      maximum: 86_400,
      default: 60,
    }),
    cooldown: Type.Number({
      description: 'Seconds after a proposal before the next one.',
      minimum: 0,
      maximum: 2_592_000,
      default: 3600,
    }),
  },
  { ...strict, title: 'Performance agent' },
);

export type PerformanceConfig = Static<typeof performanceConfig>;
export type Setting = PerformanceConfig['settings'][number];
export type Source = Static<typeof source>;
export type Metric = Static<typeof metric>;

/** What a JSON Schema can't say: names are unique, and values lie within their bounds. */
export function checkPerformanceConfig({ metrics, settings }: PerformanceConfig): FieldError[] {
  const twice = (names: string[], at: string): FieldError[] =>
    names.flatMap((one, index) =>
      names.indexOf(one) === index
        ? []
        : [{ pointer: `${at}/${index}/name`, message: `there is another one named ${one}` }],
    );
  const outside = settings.flatMap(({ value, minimum, maximum }, index) =>
    minimum <= value && value <= maximum
      ? []
      : [{ pointer: `/settings/${index}/value`, message: `it is not within ${minimum} and ${maximum}` }],
  );
  const named = (list: { name: string }[]): string[] => list.map((one) => one.name);
  return [...twice(named(metrics), '/metrics'), ...twice(named(settings), '/settings'), ...outside];
}
