import type { Middleware } from 'koa';
import type { ApiMetrics } from '../metrics';
import type { RequestState } from '../route';

/** Times each request by its route, never by its path: ids must not become labels. */
export function httpMetrics({ httpDuration }: ApiMetrics): Middleware<RequestState> {
  return async (ctx, next) => {
    const stop = httpDuration.startTimer();
    await next();
    stop({
      route: ctx.state.route ?? 'none',
      method: knownMethods.has(ctx.method) ? ctx.method : 'other',
      status: ctx.status,
    });
  };
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
