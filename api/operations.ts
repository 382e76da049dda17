import type Router from '@koa/router';
import type { Middleware } from 'koa';
import type { Dependencies } from './dependencies';
import { identify } from './middleware/request-log';
import { Problem } from './problem';
import { ReadinessCheck } from './readiness';
import type { RequestState } from './route';

/** `GET /healthz`, ahead of all that the rest of the app goes through: it is asked often, and nobody reads a line for each. */
export function healthCheck(): Middleware<RequestState> {
  return async (ctx, next) => {
    if (ctx.path !== '/healthz' || !['GET', 'HEAD'].includes(ctx.method)) return next() as Promise<void>;
    identify(ctx);
    ctx.state.route = '/healthz';
    ctx.body = { status: 'ok' };
  };
}

/** What else those ask who run the system: `/readyz`, `/metrics`. None of them demands a credential. */
export function mountOperations(router: Router<RequestState>, { probes, metrics, limits, told }: Dependencies): void {
  const readiness = new ReadinessCheck(probes, limits);
  router.all('/healthz', () => {
    throw new Problem('method_not_allowed', undefined, [], { Allow: 'GET, HEAD' });
  });
  router.get('/readyz', async (ctx) => {
    ctx.state.route = '/readyz';
    ctx.set('Cache-Control', 'no-store');
    // At once: whoever asks decides by it where to send callers.
    const found = told.aborted ? ({ status: 'stopping' } as const) : await readiness.run();
    ctx.status = found.status === 'down' || found.status === 'stopping' ? 503 : 200;
    ctx.body = found;
  });
  router.get('/metrics', async (ctx) => {
    ctx.state.route = '/metrics';
    const text = await metrics.registry.metrics();
    ctx.set('Content-Type', metrics.registry.contentType);
    ctx.body = text;
  });
  // An upgrade never comes here (see `ws/upgrade.ts`).
  router.get('/ws', (ctx) => {
    ctx.state.route = '/ws';
    throw new Problem('upgrade_required', undefined, [], { Upgrade: 'websocket', Connection: 'Upgrade' });
  });
}
