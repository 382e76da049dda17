import type { Middleware } from 'koa';
import { uuidv7 } from 'uuidv7';
import type { Logger } from '../../infra/logger';
import type { RequestState } from '../route';

const acceptable = /^[A-Za-z0-9._-]{1,128}$/;

/** Gives each request an id (the caller's own where it is a sane one) and writes one line when it is answered. */
export function requestLog(logger: Logger): Middleware<RequestState> {
  return async (ctx, next) => {
    const startedAt = performance.now();
    const given = ctx.get('X-Request-Id');
    ctx.state.requestId = acceptable.test(given) ? given : uuidv7();
    ctx.set('X-Request-Id', ctx.state.requestId);
    ctx.res.once('close', () => {
      const { requestId, principal, problem } = ctx.state;
      const failure = problem && problem.status >= 500 ? { err: problem.cause ?? problem } : {};
      const line = {
        requestId,
        method: ctx.method,
        // Never the query: it may hold a ticket.
        path: ctx.path,
        status: ctx.status,
        ms: Math.round((performance.now() - startedAt) * 10) / 10,
        ...(principal ? { principal: principal.subject } : {}),
        ...(problem ? { problem: problem.code } : {}),
        ...(ctx.res.writableFinished ? {} : { aborted: true }),
        ...failure,
      };
      if (problem && problem.status >= 500) logger.error(line, 'request');
      else logger.info(line, 'request');
    });
    await next();
  };
}
