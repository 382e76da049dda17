import type { Middleware } from 'koa';
import type { RequestLimits } from '../dependencies';
import { problemOf } from '../problem';
import { BoundedMap } from '../bounded-map';
import { ruleFor } from '../rate-limit/classes';
import { count } from '../rate-limit/count';
import { rateLimited } from '../rate-limit/fields';
import type { RequestState } from '../route';

/** Credentials that held when they were last seen, which an address that sends bad ones may go on to use. */
const mostKnown = 1_000;

/**
 * Counts each request below `/api/v1`. One without a credential counts against its address before anything is done for it.
 * One with a credential counts against its principal instead, once that is known (`countCaller`), and against its address
 * where the credential does not hold. Checking one costs something too: an address whose bad ones have used up their limit
 * has no more checked that are new.
 */
export function rateLimit(limits: RequestLimits): Middleware<RequestState> {
  const known = new BoundedMap<string, true>(mostKnown);
  return async (ctx, next) => {
    const rule = ruleFor(ctx.method, ctx.path);
    if (!rule) return next() as Promise<void>;
    const { subscriber } = ctx.state.client;
    const credential = ctx.get('Authorization') || ctx.get('X-API-Key');
    const proves = rule.limit === 'hook' || (rule.limit === 'address' && credential !== '');
    if (proves && !known.has(credential)) {
      const used = limits.refusal('credential', subscriber);
      if (used) throw rateLimited('credential', used);
    }
    if (rule.limit === 'hook') await count(ctx, limits, 'hook', `${rule.item} ${subscriber}`);
    else if (!proves) await count(ctx, limits, rule.limit, subscriber);
    try {
      await next();
      if (ctx.state.principal && !known.has(credential)) known.set(credential, true);
    } catch (error) {
      // A hook's signature is a credential like any other: without this, made-up hooks would bring a bucket each.
      if (proves && problemOf(error).status === 401) {
        known.delete(credential);
        await count(ctx, limits, 'credential', subscriber);
        await count(ctx, limits, 'address', subscriber);
      }
      throw error;
    }
    // No route was found, so nobody has looked at the credential.
    if (!ctx.state.counted) await count(ctx, limits, 'address', subscriber);
  };
}
