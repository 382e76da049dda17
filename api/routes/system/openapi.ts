import { Type } from '@sinclair/typebox';
import { openApi } from '../../openapi';
import { route, type Route } from '../../route';

const described31 = Type.Object({}, { examples: [{ openapi: '3.1.0', info: { title: 'Ymera' } }] });

/** Serves the description of the given routes, and of itself. */
export function openApiRoute(described: readonly Route[]): Route {
  let document: object | undefined;
  const self: Route = route({
    method: 'get',
    path: '/openapi.json',
    operationId: 'getOpenApi',
    permission: 'public',
    tag: 'system',
    summary: 'This description',
    responses: { 200: { description: 'OpenAPI 3.1.', schema: described31 } },
    problems: [],
    handler({ deps }) {
      document ??= openApi([...described, self], deps.about.version);
      return Promise.resolve({ body: document });
    },
  });
  return self;
}
