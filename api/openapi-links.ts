import type { TObject, TSchema } from '@sinclair/typebox';
import type { ResponseSpec, Route } from './route';

type Json = Record<string, unknown>;

/** From an answer to what made something, `/agents`, to what can be done with it: all of `/agents/{id}` and below. */
export function linksOf({ method, path }: Route, { schema }: ResponseSpec, routes: readonly Route[]): Json {
  if (method !== 'post') return {};
  const below = new RegExp(`^${path}/\\{(\\w+)\\}(?=/|$)(?!.*\\{)`);
  const links = routes.flatMap(({ path: target, operationId }) => {
    const [, parameter] = below.exec(target) ?? [];
    if (parameter === undefined || !schema || !has(schema, parameter)) return [];
    return [[operationId, { operationId, parameters: { [parameter]: `$response.body#/${parameter}` } }]];
  });
  return Object.fromEntries(links) as Json;
}

function has(schema: TSchema, property: string): boolean {
  return Object.hasOwn((schema as Partial<TObject>).properties ?? {}, property);
}
