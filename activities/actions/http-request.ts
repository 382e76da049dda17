import { createHash } from 'node:crypto';
import { Type, type Static } from '@sinclair/typebox';
import { stringEnum } from '../../actors/core/string-enum';
import { action, ActionError, type PlanContext } from './action';
import { secondsField, urlField } from './fields';
import { exchange, shownHeaders, withHeader } from './http-exchange';
import { withTimeout } from '../step-timeout';

export const headersField = Type.Record(
  Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$" }),
  Type.String({ maxLength: 8192, pattern: '^[^\\r\\n\\u0000]*$' }),
  { default: {}, maxProperties: 50, additionalProperties: false },
);

const input = Type.Object(
  {
    method: stringEnum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'], { default: 'GET' }),
    url: urlField(),
    headers: headersField,
    json: Type.Optional(Type.Unknown({ description: 'Sent as JSON.' })),
    text: Type.Optional(Type.String({ description: 'Sent as it is.', maxLength: 1_048_576 })),
    expect_status: Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), {
      description: 'Statuses that count as success; empty means any from 200 to 299.',
      maxItems: 50,
      default: [],
    }),
    idempotent: Type.Optional(
      Type.Boolean({
        description: 'Whether the server does one `Idempotency-Key` once, where the method promises nothing.',
      }),
    ),
    timeout: secondsField('Seconds until the whole answer must be there.', 30),
    max_bytes: Type.Integer({ description: 'Most of the answer.', minimum: 0, maximum: 1_048_576, default: 49_152 }),
  },
  { additionalProperties: false },
);

const output = Type.Object({
  status: Type.Integer(),
  headers: Type.Record(Type.String(), Type.String()),
  json: Type.Unknown({ description: 'The answer where it is JSON, otherwise null.' }),
  text: Type.String({ description: 'The answer where it is not JSON, otherwise empty.' }),
});

type Input = Static<typeof input>;
const reading = ['GET', 'HEAD'];
const repeatable = [...reading, 'PUT', 'DELETE'];

export const httpRequest = action({
  name: 'http.request',
  title: 'HTTP request',
  description: 'Sends a request, and expects a status. Every attempt carries the same `Idempotency-Key`.',
  input,
  output,
  effect: ({ method }) => (reading.includes(method) ? 'read' : 'destructive'),
  idempotent: ({ method, idempotent }) => idempotent ?? repeatable.includes(method),
  timeout: 120,

  async plan(given) {
    const { method, url, headers, expect_status } = given;
    const body = bodyOf(given);
    const sends = body === undefined ? {} : { body: shownBody(given, body) };
    return { method, url, headers: shownHeaders(headers), ...sends, expect_status };
  },

  async run(given, context) {
    const { method, url, timeout, max_bytes: maxBytes, expect_status: expected } = given;
    const body = bodyOf(given);
    const headers = headersOf(given, context);
    const answer = await withTimeout(timeout * 1000, context.signal, (signal) =>
      exchange({ method, url, headers, maxBytes, signal, ...(body === undefined ? {} : { body }) }),
    );
    const json = jsonOf(answer.headers['content-type'], answer.body);
    const { status } = answer;
    const output = { status, headers: answer.headers, json: json ?? null, text: json === undefined ? answer.body : '' };
    const good = expected.length > 0 ? expected.includes(status) : status >= 200 && status <= 299;
    if (!good) throw new ActionError('unexpected_status', `${new URL(url).host} answered ${status}`, output);
    return output;
  },
});

function headersOf({ headers, method, json }: Input, { idempotencyKey }: PlanContext): Record<string, string> {
  const typed = json === undefined ? headers : withHeader(headers, 'content-type', 'application/json');
  return reading.includes(method) ? typed : withHeader(typed, 'idempotency-key', idempotencyKey);
}

/** @throws ActionError `invalid_input` */
function bodyOf({ method, json, text }: Input): string | undefined {
  const body = json === undefined ? text : JSON.stringify(json);
  if (json !== undefined && text !== undefined) {
    throw new ActionError('invalid_input', 'http.request takes either `json` or `text`');
  }
  if (body !== undefined && reading.includes(method)) {
    throw new ActionError('invalid_input', `a ${method} request carries no body`);
  }
  return body;
}

function shownBody({ json }: Input, body: string): unknown {
  if (body.length <= 4096) return json ?? body;
  return { bytes: Buffer.byteLength(body), sha256: createHash('sha256').update(body).digest('hex') };
}

function jsonOf(type: string | undefined, body: string): unknown {
  if (!type || !/[/+]json\b/i.test(type)) return undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
