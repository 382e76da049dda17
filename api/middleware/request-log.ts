import type { Middleware, ParameterizedContext } from 'koa';
import { uuidv7 } from 'uuidv7';
import type { Logger } from '../../infra/logger';
import type { Clients } from '../client';
import type { RequestState } from '../route';

type Ctx = ParameterizedContext<RequestState>;

const acceptable = /^[A-Za-z0-9._-]{1,128}$/;

/** Asked every few seconds by whoever watches: a line each would bury the others. */
const probes = new Set(['/readyz', '/metrics']);

/** Gives a request an id: the caller's own where it is a sane one. */
export function identify(ctx: Ctx): void {
  const given = ctx.get('X-Request-Id');
  ctx.state.requestId = acceptable.test(given) ? given : uuidv7();
  ctx.set('X-Request-Id', ctx.state.requestId);
}

/** Gives each request an id, and writes one line when it is answered. */
export function requestLog(logger: Logger, clients: Clients): Middleware<RequestState> {
  return async (ctx, next) => {
    const startedAt = performance.now();
    identify(ctx);
    ctx.state.client = clients.of(ctx.req);
    ctx.res.once('close', () => {
      const level = levelOf(ctx);
      if (logger.isLevelEnabled(level)) logger[level](lineOf(ctx, performance.now() - startedAt), 'request');
    });
    await next();
  };
}

function levelOf({ state: { problem }, status, path }: Ctx): 'error' | 'info' | 'debug' {
  if (problem && problem.status >= 500) return 'error';
  return status === 200 && probes.has(path) ? 'debug' : 'info';
}

function lineOf(ctx: Ctx, ms: number): object {
  const { requestId, client, principal, problem, about } = ctx.state;
  return {
    requestId,
    ...about,
    address: client.address,
    method: ctx.method,
    // Never the query: it may hold a ticket.
    path: ctx.path,
    status: ctx.status,
    ms: Math.round(ms * 10) / 10,
    ...(principal ? { principal: principal.subject } : {}),
    ...(problem ? { problem: problem.code } : {}),
    ...(ctx.res.writableFinished ? {} : { aborted: true }),
    ...(problem && problem.status >= 500 ? { err: problem.cause ?? problem } : {}),
  };
}
