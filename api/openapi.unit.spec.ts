import { apiPrefix } from './mount';
import { openApi } from './openapi';
import { routes } from './routes/all';

type Json = Record<string, unknown>;

const document = JSON.parse(JSON.stringify(openApi(routes, '1.2.3'))) as Json & {
  paths: Record<string, Record<string, Json & { parameters: Json[]; responses: Json }>>;
  components: { schemas: Json };
};

function* refs(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === '$ref') yield part as string;
    else yield* refs(part);
  }
}

describe('the OpenAPI document', () => {
  it('has every route once, with an operationId of its own', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(operations).toHaveLength(routes.length);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(routes.length);
  });

  it('refers to nothing that it does not hold', () => {
    const found = [...new Set(refs(document))];
    expect(found).toContain('#/components/schemas/EventRecord');
    for (const ref of found) expect(document.components.schemas).toHaveProperty([ref.split('/').at(-1) ?? '']);
    expect(JSON.stringify(document)).not.toContain('"$id"');
  });

  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'describes %s in full',
    (_, route) => {
      const operation = document.paths[apiPrefix + route.path]?.[route.method];
      const inPath = operation?.parameters.filter((parameter) => parameter['in'] === 'path').map(({ name }) => name);
      expect(inPath).toEqual([...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      const statuses = Object.keys(operation?.responses ?? {});
      expect(statuses).toEqual(expect.arrayContaining([...Object.keys(route.responses), '500']));
      expect(statuses.includes('401')).toBe(
        route.auth !== false || ['/auth/login', '/hooks/{id}'].includes(route.path),
      );
      expect('requestBody' in (operation ?? {})).toBe(route.body !== undefined || route.rawBody !== undefined);
    },
  );

  it('demands a bearer token of all but login and itself', () => {
    const open = routes.filter(({ auth }) => auth === false).map(({ path }) => path);
    expect(open).toEqual(['/auth/login', '/hooks/{id}', '/csp-reports', '/openapi.json']);
  });
});
