import { Type } from '@sinclair/typebox';
import { stringEnum } from '../../actors/core/string-enum';
import { withTimeout } from '../step-timeout';
import { action, ActionError } from './action';
import { failField, secondsField, urlField } from './fields';
import { exchange, shownHeaders } from './http-exchange';
import { headersField } from './http-request';

const input = Type.Object(
  {
    url: urlField(),
    method: stringEnum(['GET', 'HEAD'], { default: 'GET' }),
    headers: headersField,
    expect_status: Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), {
      description: 'Statuses that count as well; empty means any from 200 to 299.',
      maxItems: 50,
      default: [],
    }),
    contains: Type.Optional(
      Type.String({ description: 'Must be somewhere in the answer.', minLength: 1, maxLength: 1000 }),
    ),
    max_latency_ms: Type.Optional(Type.Number({ description: 'Slower is not well.', exclusiveMinimum: 0 })),
    timeout: secondsField('Seconds until the whole answer must be there.', 10),
    fail: failField,
  },
  { additionalProperties: false },
);

const output = Type.Object({
  ok: Type.Boolean(),
  status: Type.Union([Type.Integer(), Type.Null()], { description: 'Null where there was no answer.' }),
  error: Type.Union([Type.String(), Type.Null()]),
  latency_ms: Type.Number(),
});

const mostBytes = 1_048_576;

export const httpCheck = action({
  name: 'http.check',
  title: 'HTTP check',
  description: 'Asks whether a web address is well: by status, content and time.',
  input,
  output,
  effect: 'read',
  idempotent: true,
  timeout: 30,
  plan: async ({ url, method, headers }) => ({ asks: url, method, headers: shownHeaders(headers) }),

  async run({ url, method, headers, timeout, fail, ...wanted }, context) {
    const began = performance.now();
    const asked = await withTimeout(timeout * 1000, context.signal, (signal) =>
      exchange({ method, url, headers, maxBytes: mostBytes, signal }),
    ).catch((error: unknown) => {
      if (error instanceof ActionError && error.code !== 'invalid_url') return error;
      throw error;
    });
    const latencyMs = performance.now() - began;
    const error = asked instanceof ActionError ? asked.message : faultOf(asked, latencyMs, wanted);
    const status = asked instanceof ActionError ? null : asked.status;
    const output = { ok: error === null, status, error, latency_ms: Math.round(latencyMs) };
    if (fail && error !== null) throw new ActionError('check_failed', error, output);
    return output;
  },
});

function faultOf(
  { status, body }: { status: number; body: string },
  latencyMs: number,
  wanted: { expect_status: number[]; contains?: string; max_latency_ms?: number },
): string | null {
  const { expect_status: expected, contains, max_latency_ms: most } = wanted;
  const good = expected.length > 0 ? expected.includes(status) : status >= 200 && status <= 299;
  if (!good) return `it answered ${status}`;
  if (contains !== undefined && !body.includes(contains)) return 'the answer does not contain what it must';
  return most !== undefined && latencyMs > most ? `it took ${Math.round(latencyMs)} ms, more than ${most}` : null;
}
