import { setTimeout as delay } from 'node:timers/promises';
import { Type, type Static } from '@sinclair/typebox';
import { stringEnum } from '../../actors/core/string-enum';
import { queryPrometheus, type Sample } from '../prometheus';
import { withTimeout } from '../step-timeout';
import { action, ActionError, type ActionContext } from './action';
import { failField, urlField } from './fields';

const operators = {
  '<': (value: number, limit: number) => value < limit,
  '<=': (value: number, limit: number) => value <= limit,
  '>': (value: number, limit: number) => value > limit,
  '>=': (value: number, limit: number) => value >= limit,
};
type Operator = keyof typeof operators;

const input = Type.Object(
  {
    url: urlField({ description: 'Prometheus, such as `http://127.0.0.1:9090`.' }),
    query: Type.String({ description: 'PromQL; an instant vector or a scalar.', minLength: 1, maxLength: 4096 }),
    operator: stringEnum<Operator>(Object.keys(operators) as Operator[], { default: '<=' }),
    threshold: Type.Number({ description: 'Every series must compare to it so.' }),
    for: Type.Number({
      description: 'Seconds over which it must hold each time it is looked at.',
      minimum: 0,
      maximum: 86_400,
      default: 0,
    }),
    every: Type.Number({ description: 'Seconds between two looks.', minimum: 0.1, maximum: 3600, default: 5 }),
    no_data: stringEnum<'fail' | 'pass'>(['fail', 'pass'], {
      description: 'What it means that there is no series.',
      default: 'fail',
    }),
    fail: failField,
  },
  { additionalProperties: false },
);

const output = Type.Object({
  ok: Type.Boolean(),
  error: Type.Union([Type.String(), Type.Null()]),
  value: Type.Union([Type.Number(), Type.Null()], {
    description: 'Of the series that decided: the first that is not as it must be, else the first of all.',
  }),
  looks: Type.Integer({ description: 'How often it was looked at.' }),
});

type Input = Static<typeof input>;
type Verdict = Pick<Static<typeof output>, 'error' | 'value'>;

const answerWithinMs = 10_000;

export const metricsGate = action({
  name: 'metrics.gate',
  title: 'Gate on a metric',
  description: 'Lets a run go on only where a PromQL expression holds, now or for a time.',
  input,
  output,
  effect: 'read',
  idempotent: true,
  timeout: 3600,
  plan: async ({ url, query, operator, threshold, for: seconds }) => ({
    asks: url,
    query,
    must: `${operator} ${threshold}`,
    seconds,
  }),

  async run(given, context) {
    const deadline = Date.now() + given.for * 1000;
    for (let looks = 1; ; looks += 1) {
      const { error, value } = await look(given, context);
      const result = { ok: error === null, error, value, looks };
      if (error !== null && given.fail) throw new ActionError('gate_closed', error, result);
      if (error !== null || Date.now() >= deadline) return result;
      await delay(Math.min(given.every * 1000, Math.max(0, deadline - Date.now())), undefined, {
        signal: context.signal,
      });
    }
  },
});

/** @throws ActionError `unreachable`, `query_failed` */
async function look(
  { url, query, operator, threshold, no_data: none }: Input,
  context: ActionContext,
): Promise<Verdict> {
  const samples = await withTimeout(answerWithinMs, context.signal, (signal) =>
    queryPrometheus({ url }, query, signal),
  );
  const [first] = samples;
  if (!first) return { error: none === 'pass' ? null : 'there is no series', value: null };
  // Not a number compares to nothing: it holds for no operator.
  const bad = samples.find(({ value }) => !operators[operator](value, threshold));
  if (!bad) return { error: null, value: finite(first) };
  return { error: `${named(bad)} is ${bad.value}, and must be ${operator} ${threshold}`, value: finite(bad) };
}

/** JSON knows no infinities. */
function finite({ value }: Sample): number | null {
  return Number.isFinite(value) ? value : null;
}

function named({ labels }: Sample): string {
  const { __name__: name = 'it', ...rest } = labels;
  const pairs = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return pairs.length > 0 ? `${name}{${pairs.join(',')}}` : name;
}
