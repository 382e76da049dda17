import type { Middleware, ParameterizedContext } from 'koa';
import type { RequestLimits } from '../dependencies';
import { problemOf } from '../problem';
import { ruleFor, type LimitClass } from '../rate-limit/classes';
import { limitFields, rateLimited } from '../rate-limit/fields';
import type { RequestState } from '../route';

type Ctx = ParameterizedContext<RequestState>;

/**
 * Counts each request below `/api/v1` once. One without a credential counts against its address before anything is done for
 * it. One with a credential counts against its principal instead, once that is known (`countCaller`), and against its
 * address where the credential does not hold. Checking a credential costs something too: an address that has used up its
 * limit has none checked.
 */
export function rateLimit(limits: RequestLimits): Middleware<RequestState> {
  return async (ctx, next) => {
    const rule = ruleFor(ctx.method, ctx.path);
    if (!rule) return next() as Promise<void>;
    const { subscriber } = ctx.state.client;
    const trusted = rule.limit === 'hook' || (rule.limit === 'address' && hasCredential(ctx));
    if (trusted) {
      const used = limits.refusal('address', subscriber);
      if (used) throw rateLimited('address', used);
    }
    if (rule.limit === 'hook') await count(ctx, limits, 'hook', `${rule.item} ${subscriber}`);
    else if (!trusted) await count(ctx, limits, rule.limit, subscriber);
    try {
      await next();
    } catch (error) {
      // A signature is a credential like any other: without this, made-up hooks would each bring a bucket of their own.
      if (trusted && problemOf(error).status === 401) await count(ctx, limits, 'address', subscriber);
      throw error;
    }
    // No route was found, so nobody has looked at the credential.
    if (!ctx.state.counted) await count(ctx, limits, 'address', subscriber);
  };
}

/** Counts who calls, now that it is known, unless the request is counted already. @throws Problem `rate_limited` */
export async function countCaller(ctx: Ctx, limits: RequestLimits, subject: string): Promise<void> {
  if (ctx.state.counted) return;
  if (subject === '') await count(ctx, limits, 'address', ctx.state.client.subscriber);
  else await count(ctx, limits, 'principal', subject);
}

function hasCredential(ctx: Ctx): boolean {
  return ctx.get('Authorization') !== '' || ctx.get('X-API-Key') !== '';
}

async function count(ctx: Ctx, limits: RequestLimits, name: LimitClass, key: string): Promise<void> {
  ctx.state.counted = true;
  const found = await limits.count(name, key);
  if (!found) return;
  ctx.set(limitFields(name, found));
  if (!found.allowed) throw rateLimited(name, found);
}
