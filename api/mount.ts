import type Router from '@koa/router';
import { Type } from '@sinclair/typebox';
import type { Middleware, ParameterizedContext } from 'koa';
import type { Dependencies } from './dependencies';
import { authenticate } from './middleware/authenticate';
import { readBody, readJson, readJsonOrYaml } from './middleware/json-body';
import { countCaller } from './rate-limit/count';
import type { Reply, RequestState, Route } from './route';
import type { Principal } from './tokens';
import { validator } from './validator';

export const apiPrefix = '/api/v1';

const nobody: Principal = { subject: '', roles: [] };

/** Serves the routes: credential, then limit, then parameters, then body, then handler. */
export function mountRoutes(router: Router<RequestState>, routes: readonly Route[], deps: Dependencies): void {
  for (const route of routes) {
    const path = apiPrefix + route.path.replace(/\{(\w+)\}/g, ':$1');
    router[route.method](path, serve(route, deps));
  }
}

function serve(route: Route, deps: Dependencies): Middleware<RequestState> {
  const check = checksOf(route);
  return async (ctx) => {
    ctx.state.route = apiPrefix + route.path;
    ctx.set('Cache-Control', 'no-store');
    const principal = route.auth === false ? nobody : await authenticate(ctx, deps.tokens);
    await countCaller(ctx, deps.limits, principal.subject);
    // Copies without a prototype's surprises, because validation converts in place.
    const params: unknown = { ...(ctx as unknown as { params: object }).params };
    const query: unknown = { ...ctx.query };
    const headers = route.headers ? pick(ctx, Object.keys(route.headers.properties)) : {};
    check.params(params);
    check.query(query);
    check.headers(headers);
    const body = check.body ? await bodyOf(ctx, route) : undefined;
    check.body?.(body);
    const accepts = (...types: string[]): string | false => ctx.accepts(...types);
    const raw = { headers: ctx.headers, read: (most?: number) => readBody(ctx.req, ctx.request.length, most) };
    const gone = (): AbortSignal => AbortSignal.any([closeOf(ctx), deps.stopping]);
    answer(
      ctx,
      await route.handler({ params, query, headers, body, principal, accepts, raw, gone, deps } as Parameters<
        Route['handler']
      >[0]),
    );
  };
}

function bodyOf(ctx: ParameterizedContext, { fromYaml }: Route): Promise<unknown> {
  return fromYaml ? readJsonOrYaml(ctx, fromYaml) : readJson(ctx);
}

function closeOf({ res }: ParameterizedContext): AbortSignal {
  const closed = new AbortController();
  if (res.closed) closed.abort();
  else res.once('close', () => closed.abort());
  return closed.signal;
}

function checksOf({ params, query, headers, body }: Route) {
  const none = Type.Object({}, { additionalProperties: false });
  return {
    params: validator(params ?? none, 'the path', 'invalid_parameter', true),
    query: validator(query ?? none, 'the query', 'invalid_parameter', true),
    headers: validator(headers ?? none, 'a header', 'invalid_parameter', true),
    body: body ? validator(body, 'the body', 'invalid_body', false) : undefined,
  };
}

function pick(ctx: ParameterizedContext, names: string[]): Record<string, string> {
  const given = names.filter((name) => ctx.headers[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, ctx.get(name)]));
}

function answer(ctx: ParameterizedContext<RequestState>, { status = 200, body, headers = {}, type }: Reply): void {
  ctx.status = status;
  ctx.set(headers);
  ctx.body = body;
  if (type) ctx.type = type;
}
