import type { Middleware } from 'koa';
import { countDenied, type ApiMetrics } from '../metrics';
import { Problem, problemOf } from '../problem';
import type { RequestState } from '../route';

/** The one exit for errors: whatever is thrown inside is answered as `application/problem+json`. */
export function problemExit(metrics: Pick<ApiMetrics, 'authFailures'>): Middleware<RequestState> {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && !ctx.body) throw new Problem('no_such_route', `nothing is served at ${ctx.path}`);
      if ((ctx.status === 405 || ctx.status === 501) && !ctx.body) {
        throw new Problem('method_not_allowed', `${ctx.method} is not served at ${ctx.path}`);
      }
    } catch (error) {
      const problem = problemOf(error);
      countDenied(metrics, problem);
      ctx.state.problem = problem;
      ctx.status = problem.status;
      ctx.set(problem.headers);
      ctx.body = problem.body(`urn:ymera:request:${ctx.state.requestId}`);
      ctx.type = 'application/problem+json';
    }
  };
}
