import Router from '@koa/router';
import Koa from 'koa';
import { consoleFiles, mountConsole } from './console';
import type { Dependencies } from './dependencies';
import { docsAssets, mountDocs } from './docs';
import { answerLastResort } from './last-resort';
import { cors } from './middleware/cors';
import { httpMetrics } from './middleware/http-metrics';
import { problemExit } from './middleware/problem-exit';
import { rateLimit } from './middleware/rate-limit';
import { requestLog } from './middleware/request-log';
import { securityHeaders } from './middleware/security-headers';
import { requestSpans } from './middleware/tracing';
import { mountRoutes } from './mount';
import { healthCheck, mountOperations } from './operations';
import type { RequestState } from './route';
import { routes } from './routes/all';

/** The HTTP side of the API, ready to be given to a server. */
export function createApp(deps: Dependencies): Koa<RequestState> {
  const app = new Koa<RequestState>();
  // Problems never come here; what does is a connection that broke while an answer was on its way.
  app.on('error', (error: Error) => deps.logger.debug({ err: error }, 'an answer broke off'));
  answerLastResort(app);
  const [operations, router] = [new Router<RequestState>(), new Router<RequestState>()];
  mountOperations(operations, deps);
  mountDocs(router);
  mountConsole(router);
  mountRoutes(router, routes, deps);
  app.use(httpMetrics(deps.metrics));
  app.use(securityHeaders());
  app.use(healthCheck());
  app.use(requestLog(deps.logger, deps.clients));
  app.use(requestSpans());
  if (deps.corsOrigins.size + deps.codecOrigins.size > 0) app.use(cors(deps.corsOrigins, deps.codecOrigins));
  app.use(problemExit(deps.metrics));
  app.use(operations.routes());
  app.use(rateLimit(deps.limits));
  app.use(docsAssets());
  app.use(consoleFiles());
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}
