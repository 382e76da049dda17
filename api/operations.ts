import type Router from '@koa/router';
import type { Dependencies } from './dependencies';
import { Problem } from './problem';
import { ReadinessCheck } from './readiness';
import type { RequestState } from './route';

/** What those ask who run the system: `/healthz`, `/readyz`, `/metrics`. None of them demands a credential. */
export function mountOperations(router: Router<RequestState>, { probes, metrics, limits }: Dependencies): void {
  const readiness = new ReadinessCheck(probes, limits);
  router.get('/healthz', (ctx) => {
    ctx.state.route = '/healthz';
    ctx.body = { status: 'ok' };
  });
  router.get('/readyz', async (ctx) => {
    ctx.state.route = '/readyz';
    const found = await readiness.run();
    ctx.set('Cache-Control', 'no-store');
    ctx.status = found.status === 'down' ? 503 : 200;
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
