import { problems, type ProblemCode } from './problems';
import type { Route } from './route';

type Json = Record<string, unknown>;

/** What any request may be refused with, whatever it asks for. */
const everywhere: ProblemCode[] = [
  'malformed_request',
  'invalid_parameter',
  'request_timeout',
  'rate_limited',
  'headers_too_large',
  'internal_error',
];
const withCredential: ProblemCode[] = [
  'unauthenticated',
  'invalid_token',
  'token_expired',
  'token_not_active',
  'session_ended',
  'invalid_api_key',
  'api_key_expired',
  'api_key_revoked',
];
const withBody: ProblemCode[] = [
  'malformed_json',
  'invalid_encoding',
  'json_too_deep',
  'forbidden_key',
  'body_required',
  'body_too_large',
  'unsupported_media_type',
  'invalid_body',
];
const withKey: ProblemCode[] = ['key_in_flight', 'key_reused', 'answer_not_kept'];

/** Refusals that are the same on many routes, by their name among the components. */
const shared: Record<string, ProblemCode[]> = {
  Unauthenticated: withCredential,
  RequestTimeout: ['request_timeout'],
  BodyTooLarge: ['body_too_large'],
  UnsupportedMediaType: ['unsupported_media_type'],
  TooManyRequests: ['rate_limited'],
  HeadersTooLarge: ['headers_too_large'],
  InternalError: ['internal_error'],
  Unavailable: ['unavailable'],
};

/** What comes beside a refusal, by its status. */
const beside: Record<number, string[]> = {
  401: ['WWW-Authenticate'],
  409: ['Retry-After'],
  412: ['ETag'],
  429: [
    'Retry-After',
    'RateLimit',
    'RateLimit-Policy',
    'X-RateLimit-Limit',
    'X-RateLimit-Remaining',
    'X-RateLimit-Reset',
  ],
  503: ['Retry-After'],
};

const whole = { type: 'integer', minimum: 0 };
const rateHeader = (description: string): Json => ({ description, schema: whole });

/** Headers that answers of more than one route have. */
export const sharedHeaders: Json = {
  'X-Request-Id': {
    description: "Names the request in the server's log: the caller's own `X-Request-Id` where it is a sane one.",
    required: true,
    schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,128}$' },
  },
  'Retry-After': { description: 'Seconds until it makes sense to try again.', schema: { type: 'integer', minimum: 1 } },
  ETag: { description: 'The version that is there now, where it is known.', schema: { type: 'string' } },
  'WWW-Authenticate': { description: 'What credential is asked for.', schema: { type: 'string' } },
  RateLimit: { description: 'What is left of the limit, and for how long.', schema: { type: 'string' } },
  'RateLimit-Policy': { description: 'The limit and its window.', schema: { type: 'string' } },
  'X-RateLimit-Limit': rateHeader('Requests that may be made within the window.'),
  'X-RateLimit-Remaining': rateHeader('Requests that are left.'),
  'X-RateLimit-Reset': rateHeader('When the window ends, in seconds since 1970.'),
};

/** A reference to each of these headers, and to the one that every answer has. */
export function headerRefs(names: readonly string[]): Json {
  const refs = ['X-Request-Id', ...names].map((name) => [name, { $ref: `#/components/headers/${name}` }]);
  return Object.fromEntries(refs) as Json;
}

/** The refusals that many routes share, for the components. */
export function sharedRefusals(): Json {
  return Object.fromEntries(Object.entries(shared).map(([name, codes]) => [name, refusal(codes)]));
}

/** What a route may refuse, by status. */
export function refusals(route: Route): Json {
  const codes = new Set<ProblemCode>([
    ...everywhere,
    ...(route.permission === 'public' ? [] : [...withCredential, 'unavailable' as const]),
    ...(['public', 'signed-in'].includes(route.permission) ? [] : ['forbidden' as const]),
    ...(route.body ? withBody : []),
    ...(route.idempotent ? withKey : []),
    ...route.problems,
  ]);
  return byStatus([...codes]);
}

/** The same of what has no parameters and asks for no credential. */
export function plainRefusals(): Json {
  return byStatus(everywhere.filter((code) => code !== 'invalid_parameter'));
}

function byStatus(codes: readonly ProblemCode[]): Json {
  const found: Record<string, Json> = {};
  for (const status of new Set(codes.map((code) => problems[code].status))) {
    const same = codes.filter((code) => problems[code].status === status);
    const [name] = Object.entries(shared).find(([, all]) => sameCodes(all, same)) ?? [];
    found[status] = name ? { $ref: `#/components/responses/${name}` } : refusal(same);
  }
  return found;
}

function sameCodes(a: readonly ProblemCode[], b: readonly ProblemCode[]): boolean {
  return a.length === b.length && a.every((code) => b.includes(code));
}

/** @param codes of one status */
function refusal(codes: readonly ProblemCode[]): Json {
  const [first] = codes as [ProblemCode];
  const { status, title, meaning } = problems[first];
  const example = { type: `/docs/problems#${first}`, title, status, detail: meaning, code: first };
  return {
    description: codes.map((code) => `\`${code}\`: ${problems[code].meaning}`).join('\n\n'),
    headers: headerRefs(beside[status] ?? []),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, example } },
  };
}

/** The schema of every refusal's body. */
export const problemSchema = {
  type: 'object',
  description: 'RFC 9457. `code` is stable; `/docs/problems` says what each one means.',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(problems) },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'message'],
        properties: {
          pointer: { type: 'string', format: 'json-pointer' },
          message: { type: 'string' },
          line: { type: 'integer', minimum: 1, description: 'Where in a text that was sent.' },
          column: { type: 'integer', minimum: 1 },
        },
      },
    },
    instance: { type: 'string', format: 'uri-reference' },
  },
};
