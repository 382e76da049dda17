import type Router from '@koa/router';
import { Type } from '@sinclair/typebox';
import type { Middleware, ParameterizedContext } from 'koa';
import { aboutWork, type LogContext } from '../infra/log-context';
import { traceIdOf } from '../infra/tracing';
import { authorize, demandRunReach } from './access/authorize';
import { nobody } from './access/principal';
import type { Dependencies } from './dependencies';
import { answerOnce } from './idempotency';
import { authenticate } from './middleware/authenticate';
import { readBody, readJson, readJsonOrYaml } from './middleware/json-body';
import { isPlain, refuseOtherMethods } from './other-methods';
import { isKnown } from './preconditions';
import { Problem } from './problem';
import { countCaller } from './rate-limit/count';
import { recorder } from './recorder';
import { apiPrefix, type Call, type Reply, type RequestState, type Route } from './route';
import { traceparentOf } from './trace-context';
import { validator } from './validator';

type HandledCall = Parameters<Route['handler']>[0];

/** Serves the routes: credential, then limit, then permission, then parameters, then body, then handler. */
export function mountRoutes(router: Router<RequestState>, routes: readonly Route[], deps: Dependencies): void {
  const mount = (route: Route): void => {
    router[route.method](apiPrefix + route.path.replace(/\{(\w+)\}/g, ':$1'), serve(route, deps));
  };
  routes.filter(({ path }) => isPlain(path)).forEach(mount);
  refuseOtherMethods(router, routes, apiPrefix);
  routes.filter(({ path }) => !isPlain(path)).forEach(mount);
}

function serve(route: Route, deps: Dependencies): Middleware<RequestState> {
  const check = checksOf(route);
  const reply = async (ctx: ParameterizedContext<RequestState>, record: Call['record']): Promise<Reply> => {
    const principal = route.permission === 'public' ? nobody : await authenticate(ctx, deps.access);
    await countCaller(ctx, deps.limits, principal.subject);
    // Copies without a prototype's surprises, because validation converts in place.
    const params: { id?: string } = { ...(ctx as unknown as { params: object }).params };
    authorize(principal, route.path, route.permission, params.id);
    const query: unknown = { ...ctx.query };
    const headers = route.headers ? pick(ctx, Object.keys(route.headers.properties)) : {};
    check.params(params);
    check.query(query);
    check.headers(headers);
    if (params.id !== undefined && route.path.startsWith('/runs/')) await demandRunReach(deps, principal, params.id);
    const body = check.body ? await bodyOf(ctx, route) : undefined;
    check.body?.(body);
    const accepts = (...types: string[]): string | false => ctx.accepts(...types);
    const raw = { headers: ctx.headers, read: (most?: number) => readBody(ctx.req, ctx.request.length, most) };
    const gone = (): AbortSignal => AbortSignal.any([closeOf(ctx), deps.stopping]);
    const call = {
      params,
      query,
      headers,
      body,
      principal,
      client: ctx.state.client,
      accepts,
      raw,
      gone,
      record,
      deps,
    } as HandledCall;
    const key = (headers as { 'idempotency-key'?: string })['idempotency-key'];
    const work = (): Promise<Reply> => route.handler(call);
    if (!route.idempotent || key === undefined) return work();
    const { subject } = principal;
    const { method, path } = ctx;
    return answerOnce(deps, { key, subject, method, path, body, kept: route.idempotent !== 'unkept' }, work);
  };
  return async (ctx) => {
    ctx.state.route = apiPrefix + route.path;
    ctx.set('Cache-Control', 'no-store');
    const record = recorder(ctx, deps.audit);
    try {
      ctx.state.about = aboutOf(ctx, route);
      answer(ctx, await aboutWork(ctx.state.about, () => reply(ctx, record)));
    } catch (error) {
      if (error instanceof Problem && error.code === 'forbidden') {
        await record({ type: 'AccessDenied', reason: error.message, about: ctx.path });
      }
      throw error;
    }
  };
}

/** What the lines of the log say of the request, beside what they say by themselves. */
function aboutOf(ctx: ParameterizedContext<RequestState>, { path }: Route): LogContext {
  const { id } = (ctx as unknown as { params: { id?: string } }).params;
  const traceId = traceIdOf(traceparentOf(ctx.get('traceparent')));
  const { requestId } = ctx.state;
  return {
    requestId,
    ...(traceId === undefined ? {} : { traceId }),
    ...(id !== undefined && path.startsWith('/agents/') ? { agentId: id } : {}),
    ...(id !== undefined && path.startsWith('/runs/') ? { runId: id } : {}),
  };
}

function bodyOf(ctx: ParameterizedContext, { fromYaml }: Route): Promise<unknown> {
  return fromYaml ? readJsonOrYaml(ctx, fromYaml.read) : readJson(ctx);
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
  const reads = ctx.method === 'GET' || ctx.method === 'HEAD';
  if (reads && headers['ETag'] !== undefined) {
    // May be kept, and is asked for before each use.
    ctx.set('Cache-Control', 'private, no-cache');
    if (isKnown(ctx.get('If-None-Match'), headers['ETag'])) {
      ctx.status = 304;
      return;
    }
  }
  ctx.body = body;
  if (type) ctx.type = type;
}
