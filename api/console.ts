import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Router from '@koa/router';
import type { Middleware } from 'koa';
import serveStatic from 'koa-static';
import { distDir } from '../infra/paths';
import type { RequestState } from './route';

const built = join(distDir, 'console');

/** The console's addresses are its own: each of them gets the same page, which knows them. What is not one gets its "no such page". */
const pages = /^\/(?!api\/|docs(\/|$)|assets\/|ws$|metrics$|healthz$|readyz$|\.)[^.]*$/;

/** The files that the console's page loads. Their names change with what is in them, so a browser keeps them for good. */
export function consoleFiles(): Middleware<RequestState> {
  const files = serveStatic(built, {
    index: false,
    maxage: 365 * 86_400_000,
    immutable: true,
  });
  return (ctx, next) => {
    if (!ctx.path.startsWith('/assets/') && ctx.path !== '/icon.svg') return next();
    ctx.state.route = '/assets';
    return files(ctx, next) as Promise<void>;
  };
}

/** The console's page, at all of its addresses; but for `/` only to who reads pages: a program that errs wants a problem. */
export function mountConsole(router: Router<RequestState>): void {
  const file = join(built, 'index.html');
  const html = existsSync(file) ? readFileSync(file, 'utf8') : null;
  if (html === null) return;
  router.get(pages, (ctx, next) => {
    if (ctx.path !== '/' && !ctx.get('Accept').includes('text/html')) return next();
    ctx.state.route = '/';
    ctx.set('Cache-Control', 'no-cache');
    ctx.type = 'html';
    ctx.body = html;
    return undefined;
  });
}
