import type { TObject, TSchema } from '@sinclair/typebox';
import { apiPrefix } from './mount';
import { problems, type ProblemCode } from './problems';
import type { ResponseSpec, Route } from './route';

type Json = Record<string, unknown>;

const bodyProblems: ProblemCode[] = [
  'malformed_request',
  'malformed_json',
  'invalid_encoding',
  'json_too_deep',
  'forbidden_key',
  'body_required',
  'body_too_large',
  'unsupported_media_type',
  'invalid_body',
];

/** OpenAPI 3.1 of the routes, made from the very schemas that validate. A schema with an `$id` becomes a component. */
export function openApi(routes: readonly Route[], version: string): Json {
  const schemas: Json = { Problem: problemSchema };
  const paths: Record<string, Json> = {};
  for (const route of routes) (paths[apiPrefix + route.path] ??= {})[route.method] = operation(route, schemas);
  return {
    openapi: '3.1.0',
    info: { title: 'Ymera', version, description: 'Event-sourced agents: send commands, read events.' },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: { schemas, securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
  };
}

function operation(route: Route, schemas: Json): Json {
  const { operationId, tag, summary, description, auth, params, query, headers } = route;
  return {
    operationId,
    summary,
    ...(description ? { description } : {}),
    tags: [tag],
    ...(auth === false ? { security: [] } : {}),
    parameters: [...parameters('path', params), ...parameters('query', query), ...parameters('header', headers)],
    ...requestBody(route, schemas),
    responses: { ...answers(route, schemas), ...refusals(route) },
  };
}

function requestBody({ body, fromYaml, rawBody, rawTypes = ['application/json'] }: Route, schemas: Json): Json {
  if (rawBody !== undefined) {
    const content = Object.fromEntries(rawTypes.map((type) => [type, { schema: {} }]));
    return { requestBody: { description: rawBody, content } };
  }
  if (!body) return {};
  const json = { 'application/json': { schema: plain(body, schemas) } };
  const yaml = fromYaml ? { 'application/yaml': { schema: { type: 'string' } } } : {};
  return { requestBody: { required: true, content: { ...json, ...yaml } } };
}

function parameters(place: 'path' | 'query' | 'header', schema: TObject | undefined): Json[] {
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => {
    const { description, ...rest } = property as TSchema & { description?: string };
    const required = schema?.required?.includes(name) ?? false;
    return { name, in: place, required, ...(description ? { description } : {}), schema: plain(rest, {}) };
  });
}

function answers(route: Route, schemas: Json): Json {
  const entry = ([status, spec]: [string, ResponseSpec]): [string, Json] => {
    const schema = plain(spec.schema, schemas);
    const content = Object.fromEntries((spec.types ?? ['application/json']).map((type) => [type, { schema }]));
    const headers = Object.entries(spec.headers ?? {}).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]);
    return [status, { description: spec.description, headers: Object.fromEntries(headers) as Json, content }];
  };
  return Object.fromEntries(Object.entries(route.responses).map(entry));
}

function refusals(route: Route): Json {
  const codes = new Set<ProblemCode>([...route.problems, 'internal_error', 'invalid_parameter', 'rate_limited']);
  if (route.auth !== false)
    for (const code of ['unauthenticated', 'invalid_token', 'token_expired'] as const) codes.add(code);
  if (route.body) for (const code of bodyProblems) codes.add(code);
  const byStatus: Record<string, Json> = {};
  for (const status of new Set([...codes].map((code) => problems[code].status))) {
    const same = [...codes].filter((code) => problems[code].status === status);
    const description = same.map((code) => `\`${code}\`: ${problems[code].meaning}`).join('\n\n');
    byStatus[status] = {
      description,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return byStatus;
}

/** A schema as plain JSON, its named parts moved to the components. */
function plain(schema: unknown, schemas: Json): unknown {
  if (Array.isArray(schema)) return schema.map((part) => plain(part, schemas));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $id, ...rest } = schema as { $id?: unknown };
  const parts = Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, plain(part, schemas)]));
  if (typeof $id !== 'string') return parts;
  schemas[$id] = parts;
  return { $ref: `#/components/schemas/${$id}` };
}

const problemSchema = {
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
