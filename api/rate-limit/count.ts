import type { ParameterizedContext } from 'koa';
import type { RequestLimits } from '../dependencies';
import type { RequestState } from '../route';
import type { LimitClass } from './classes';
import { limitFields, rateLimited } from './fields';

type Ctx = ParameterizedContext<RequestState>;

/** Counts a request and says in its answer what is left. @throws Problem `rate_limited` */
export async function count(ctx: Ctx, limits: RequestLimits, name: LimitClass, key: string): Promise<void> {
  ctx.state.counted = true;
  const found = await limits.count(name, key);
  if (!found) return;
  ctx.set(limitFields(name, found));
  if (!found.allowed) throw rateLimited(name, found);
}

/** Counts who calls, now that it is known, unless the request is counted already. @throws Problem `rate_limited` */
export async function countCaller(ctx: Ctx, limits: RequestLimits, subject: string): Promise<void> {
  if (ctx.state.counted) return;
  if (subject === '') await count(ctx, limits, 'address', ctx.state.client.subscriber);
  else await count(ctx, limits, 'principal', subject);
}
