import cors from '@koa/cors';
import type { Middleware } from 'koa';
import { apiPrefix } from '../mount';
import type { RequestState } from '../route';

/** Lets the pages of these origins, and no other, call the codec, and nothing else: Temporal's UI asks from the browser. */
export function codecCors(origins: ReadonlySet<string>): Middleware<RequestState> {
  const allow = cors({
    origin: (ctx) => (origins.has(ctx.get('Origin')) ? ctx.get('Origin') : ''),
    allowMethods: ['POST'],
    allowHeaders: ['Authorization', 'Authorization-Extras', 'Content-Type', 'X-Namespace'],
    maxAge: 600,
  });
  return (ctx, next) => (ctx.path.startsWith(`${apiPrefix}/codec/`) ? (allow(ctx, next) as Promise<void>) : next());
}
