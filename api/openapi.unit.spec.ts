import Router from '@koa/router';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Dependencies } from './dependencies';
import { mountRoutes } from './mount';
import { openApi } from './openapi';
import { mountOperations } from './operations';
import { problems, type ProblemCode } from './problems';
import { apiPrefix, type RequestState } from './route';
import { routes } from './routes/all';

type Json = Record<string, unknown>;
interface Media {
  schema: Json;
  example?: unknown;
}
interface Operation extends Json {
  operationId: string;
  parameters: (Json & { name: string; in: string; schema: Json })[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Json & { content?: Record<string, Media>; headers?: Json; links?: Json }>;
}

const document = JSON.parse(JSON.stringify(openApi(routes, '1.2.3'))) as Json & {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Json>;
};
const described = routes.map((route) => [`${route.method} ${route.path}`, route] as const);

function operationOf(method: string, path: string): Operation {
  const found = document.paths[apiPrefix + path]?.[method];
  if (!found) throw new Error(`${method} ${path} is not described`);
  return found;
}

function* refs(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === '$ref') yield part as string;
    else yield* refs(part);
  }
}

const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }));
ajv.addSchema(document, 'openapi');

/** What is wrong with an example, by the schema beside it. */
function faultsOf({ schema, example }: Media): unknown {
  const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as Json;
  const check = ajv.compile(absolute);
  return check(example) ? [] : check.errors;
}

describe('the OpenAPI document', () => {
  it('is one by the meta-schema of 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('has every route that is mounted, no other, and an operationId for each', () => {
    const router = new Router<RequestState>();
    const deps = {} as Dependencies;
    mountOperations(router, deps);
    mountRoutes(router, routes, deps);
    const mounted = router.stack
      // `all`, which says what else a path takes.
      .filter(({ methods }) => methods.length < 5)
      .flatMap(({ methods, path }) => methods.filter((m) => m !== 'HEAD').map((m) => `${m} ${String(path)}`))
      .map((each) => each.replace(/:(\w+)/g, '{$1}'))
      // A WebSocket is no call.
      .filter((each) => each !== 'GET /ws');
    const found = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    // Health is answered ahead of the routers.
    expect(found.sort()).toEqual([...mounted, 'GET /healthz'].sort());
    const ids = Object.values(document.paths).flatMap((path) => Object.values(path).map((each) => each.operationId));
    expect(new Set(ids).size).toBe(found.length);
  });

  it('refers to nothing that it does not hold', () => {
    const found = [...new Set(refs(document))];
    expect(found).toContain('#/components/schemas/EventRecord');
    for (const ref of found) expect(document).toHaveProperty(ref.slice(2).split('/'));
    expect(JSON.stringify(document)).not.toContain('"$id"');
  });

  it.each(described)('describes %s in full', (_, route) => {
    const operation = operationOf(route.method, route.path);
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    expect(inPath).toEqual([...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    const statuses = Object.keys(operation.responses);
    const everywhere = ['400', '408', '429', '431', '500'];
    const withBody = route.body ? ['413', '415', '422'] : [];
    expect(statuses).toEqual(expect.arrayContaining([...Object.keys(route.responses), ...everywhere, ...withBody]));
    for (const code of route.problems) expect(statuses).toContain(String(problems[code].status));
    expect(statuses.includes('401')).toBe(
      route.permission !== 'public' || ['/auth/login', '/auth/refresh', '/hooks/{id}'].includes(route.path),
    );
    expect('requestBody' in operation).toBe(route.body !== undefined || route.rawBody !== undefined);
  });

  it.each(described)('shows a valid example of what %s takes and gives', (_, route) => {
    const { requestBody, responses } = operationOf(route.method, route.path);
    const media = [requestBody?.content, ...Object.keys(route.responses).map((status) => responses[status]?.content)]
      .map((content) => content?.['application/json'] ?? Object.values(content ?? {})[0])
      .filter((found) => found !== undefined);
    expect(media.length).toBe(Object.keys(route.responses).length + (requestBody ? 1 : 0));
    for (const each of media) {
      expect(each.example).toBeDefined();
      expect(faultsOf(each)).toEqual([]);
    }
  });

  it('shows valid examples of parameters, refusals and operations', () => {
    const parameters = Object.values(document.paths)
      .flatMap((path) => Object.values(path))
      .flatMap((operation) => operation.parameters)
      .flatMap(({ schema }) => ((schema['examples'] ?? []) as unknown[]).map((example) => ({ schema, example })));
    expect(parameters.length).toBeGreaterThan(20);
    const shared = Object.values(document.components['responses'] ?? {}) as { content: Record<string, Media> }[];
    const served = ['/healthz', '/readyz', '/metrics'].flatMap((path) =>
      Object.values(document.paths[path]?.['get']?.responses ?? {}).flatMap(({ content }) =>
        Object.values(content ?? {}),
      ),
    );
    for (const each of [...parameters, ...shared.flatMap(({ content }) => Object.values(content)), ...served]) {
      expect(faultsOf(each)).toEqual([]);
    }
  });

  it('demands a credential of all but login, refresh, signed deliveries and itself', () => {
    const open = routes.filter(({ permission }) => permission === 'public').map(({ path }) => path);
    expect(open).toEqual([
      '/auth/login',
      '/auth/refresh',
      '/hooks/{id}',
      '/metrics/frontend',
      '/csp-reports',
      '/openapi.json',
    ]);
  });
});

describe('what all routes keep to', () => {
  it.each(described.filter(([, { method, responses }]) => method === 'post' && 201 in responses))(
    '%s makes something, and takes an Idempotency-Key',
    (_, route) => {
      expect(route.idempotent).toBe(route.path === '/api-keys' ? 'unkept' : true);
    },
  );

  it.each(described.filter(([, { idempotent }]) => idempotent))('%s says what a key does', (_, route) => {
    const { parameters, responses } = operationOf(route.method, route.path);
    expect(parameters.map(({ name }) => name)).toContain('idempotency-key');
    const codes: ProblemCode[] = ['key_in_flight', 'key_reused'];
    for (const code of codes) expect(JSON.stringify(responses[problems[code].status])).toContain(`\`${code}\``);
    for (const status of Object.keys(route.responses)) {
      expect(responses[status]?.headers).toHaveProperty(['Idempotent-Replayed']);
    }
  });

  it.each(
    described.filter(([, { method, operationId }]) => method === 'get' && /^list|^readRunLogs/.test(operationId)),
  )('%s has pages, but where it lists what the code holds, or what is always few', (_, route) => {
    const few = ['/kinds', '/actions', '/evidence/keys', '/evidence/anchors', '/runs/{id}/artifacts'];
    const fixed = few.includes(route.path);
    expect('Link' in (route.responses[200]?.headers ?? {})).toBe(!fixed);
    expect('limit' in (route.query?.properties ?? {})).toBe(!fixed);
  });

  it.each(
    described.filter(([, { method, responses }]) => method === 'get' && 'ETag' in (responses[200]?.headers ?? {})),
  )('%s has a version, and says 304 to who has it', (_, route) => {
    const { parameters, responses } = operationOf(route.method, route.path);
    expect(parameters.map(({ name }) => name)).toContain('if-none-match');
    expect(responses).toHaveProperty('304');
  });

  it('leads from what was made to what can be done with it', () => {
    const { links } = operationOf('post', '/agents').responses['201'] ?? {};
    expect(links).toHaveProperty('sendCommands.parameters.id', '$response.body#/id');
    expect(Object.keys(operationOf('post', '/runs').responses['201']?.links ?? {})).toContain('cancelRun');
    expect(Object.keys(operationOf('post', '/runbooks').responses['201']?.links ?? {})).toContain('planRunbook');
  });
});
