import type { ParameterizedContext } from 'koa';
import type { Audit } from './audit';
import type { Call, RequestState } from './route';

/** Puts acts on record with what the request itself says of them. */
export function recorder(ctx: ParameterizedContext<RequestState>, audit: Audit): Call['record'] {
  return ({ principal = ctx.state.principal?.subject ?? 'anonymous', ...act }) =>
    audit.record({
      ...act,
      principal,
      method: `${ctx.method} ${ctx.state.route ?? ''}`,
      address: ctx.state.client.address,
      requestId: ctx.state.requestId,
    });
}
