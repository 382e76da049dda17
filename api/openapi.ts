import type { TObject, TSchema } from '@sinclair/typebox';
import { linksOf } from './openapi-links';
import { operationsDescribed } from './openapi-operations';
import { headerRefs, problemSchema, refusals, sharedHeaders, sharedRefusals } from './openapi-refusals';
import { apiPrefix, type ResponseSpec, type Route } from './route';

type Json = Record<string, unknown>;

/** How a caller says who it is. Each route takes any of them, or needs none. */
const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
};

const description = `Event-sourced agents: send commands, read events.

What makes something takes an \`Idempotency-Key\`: sent again within 24 h, it is answered as the first time. Lists have pages; \`Link\` leads to the
next one. What has a version has an \`ETag\`, for \`If-None-Match\` and \`If-Match\`.

Every answer has an \`X-Request-Id\`. Errors are \`application/problem+json\`; \`/docs/problems\` says what each \`code\` means. A path that is
asked with a method that is not its own answers 405 \`method_not_allowed\` with \`Allow\`.`;

/** OpenAPI 3.1 of the routes, made from the very schemas that validate. A schema with an `$id` becomes a component. */
export function openApi(routes: readonly Route[], version: string): Json {
  const schemas: Json = { Problem: problemSchema };
  const paths: Record<string, Json> = operationsDescribed();
  for (const route of routes) (paths[apiPrefix + route.path] ??= {})[route.method] = operation(route, routes, schemas);
  return {
    openapi: '3.1.0',
    info: { title: 'Ymera', version, description },
    servers: [{ url: '/' }],
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    tags: [...new Set(routes.map(({ tag }) => tag)), 'operations'].map((name) => ({ name })),
    paths,
    components: { schemas, responses: sharedRefusals(), headers: sharedHeaders, securitySchemes },
  };
}

function operation(route: Route, routes: readonly Route[], schemas: Json): Json {
  const { operationId, tag, summary, description: more, permission, params, query, headers } = route;
  return {
    operationId,
    summary,
    ...(more ? { description: more } : {}),
    tags: [tag],
    ...(permission === 'public' ? { security: [] } : {}),
    parameters: [...parameters('path', params), ...parameters('query', query), ...parameters('header', headers)],
    ...requestBody(route, schemas),
    responses: { ...answers(route, routes, schemas), ...notModified(route), ...refusals(route) },
  };
}

function requestBody({ body, fromYaml, rawBody, rawTypes = ['application/json'] }: Route, schemas: Json): Json {
  if (rawBody) {
    const json = { schema: plain(rawBody, schemas), ...exampleOf(rawBody) };
    return { requestBody: { required: true, content: Object.fromEntries(rawTypes.map((type) => [type, json])) } };
  }
  if (!body) return {};
  const json = { 'application/json': { schema: plain(asTaken(body), schemas), ...exampleOf(body) } };
  const yaml = fromYaml ? { 'application/yaml': { schema: plain(fromYaml.schema, schemas) } } : {};
  return { requestBody: { required: true, content: { ...json, ...yaml } } };
}

function parameters(place: 'path' | 'query' | 'header', schema: TObject | undefined): Json[] {
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => {
    const { description: what, ...rest } = property as TSchema & { description?: string };
    const required = asTaken(schema)?.required?.includes(name) ?? false;
    return { name, in: place, required, ...(what ? { description: what } : {}), schema: plain(rest, {}) };
  });
}

function answers(route: Route, routes: readonly Route[], schemas: Json): Json {
  const entry = ([status, spec]: [string, ResponseSpec]): [string, Json] => {
    const json = { schema: plain(spec.schema, schemas), ...exampleOf(spec.schema) };
    const lines = spec.line && { type: 'array', description: 'One a line.', items: plain(spec.line, schemas) };
    const ndjson = lines ? { 'application/x-ndjson': { schema: lines } } : {};
    const named: Record<string, string> = {
      ...spec.headers,
      ...(route.idempotent ? { 'Idempotent-Replayed': '`true` where it had been done before.' } : {}),
    };
    const headers = Object.entries(named).map(([name, what]) => [name, header(what)]);
    const links = linksOf(route, spec, routes);
    return [
      status,
      {
        description: spec.description,
        headers: { ...headerRefs([]), ...(Object.fromEntries(headers) as Json) },
        content: spec.binary ? { [spec.binary]: json } : { 'application/json': json, ...ndjson },
        ...(Object.keys(links).length > 0 ? { links } : {}),
      },
    ];
  };
  return Object.fromEntries(Object.entries(route.responses).map(entry));
}

function header(what: string): Json {
  return { description: what, schema: { type: 'string' } };
}

function notModified({ headers }: Route): Json {
  if (!headers || !('if-none-match' in headers.properties)) return {};
  const tag = { ETag: header('The version that the caller has.') };
  return { 304: { description: 'The caller has it already.', headers: { ...headerRefs([]), ...tag } } };
}

function exampleOf({ examples }: TSchema): Json {
  return Array.isArray(examples) ? { example: examples[0] as unknown } : {};
}

/** What of a checked object may be left out when it is sent: that which has a default. */
function asTaken<S extends TSchema | undefined>(schema: S): S {
  const { properties, required } = (schema ?? {}) as Partial<TObject>;
  if (schema === undefined || !properties || !required) return schema;
  return { ...schema, required: required.filter((name) => properties[name]?.default === undefined) };
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
