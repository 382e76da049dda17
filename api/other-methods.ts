import type Router from '@koa/router';
import { Problem } from './problem';
import type { RequestState, Route } from './route';

/**
 * Answers what a path is asked with another method than its own. Only for those without a parameter, which must stand before the
 * others: `GET /runbooks/lint` would else be the runbook of that name.
 */
export function refuseOtherMethods(router: Router<RequestState>, routes: readonly Route[], prefix: string): void {
  for (const path of new Set(routes.map((each) => each.path).filter(isPlain))) {
    const methods = routes.filter((each) => each.path === path).map(({ method }) => method.toUpperCase());
    const allow = [...(methods.includes('GET') ? ['HEAD'] : []), ...methods].join(', ');
    router.all(prefix + path, (ctx) => {
      if (ctx.method !== 'OPTIONS') {
        throw new Problem('method_not_allowed', `${ctx.method} is not served at ${ctx.path}`, [], { Allow: allow });
      }
      ctx.set('Allow', allow);
      ctx.status = 200;
      ctx.body = '';
    });
  }
}

/** A path without a parameter. */
export function isPlain(path: string): boolean {
  return !path.includes('{');
}
