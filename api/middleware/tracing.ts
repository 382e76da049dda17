import type { Middleware } from 'koa';
import { beginSpan, isTracing, SpanKind, traceparentOfSpan, withSpan } from '../../infra/tracing';
import type { RequestState } from '../route';
import { traceparentOf } from '../trace-context';

/** Nobody looks for a trace of these. */
const probes = new Set(['/readyz', '/metrics']);

/**
 * A span for each request, below that of the caller where it names one. What the request sets off goes on from it: the header
 * `traceparent` is from here on that of the span.
 */
export function requestSpans(): Middleware<RequestState> {
  return async (ctx, next) => {
    if (!isTracing() || probes.has(ctx.path)) return next() as Promise<void>;
    const span = beginSpan(ctx.method, SpanKind.SERVER, traceparentOf(ctx.get('traceparent')), {
      'http.request.method': ctx.method,
      'url.path': ctx.path,
    });
    const traceparent = traceparentOfSpan(span);
    if (traceparent !== undefined) ctx.req.headers['traceparent'] = traceparent;
    await withSpan(span, async () => {
      await next();
      const { route } = ctx.state;
      if (route !== undefined) span.updateName(`${ctx.method} ${route}`).setAttribute('http.route', route);
      span.setAttributes({ 'http.response.status_code': ctx.status, 'ymera.request_id': ctx.state.requestId });
    });
  };
}
