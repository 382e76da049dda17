import type { ParameterizedContext } from 'koa';
import { shortText } from '../actors/core/bounded-json';
import type { Principal } from './access/principal';
import type { Audit, EdgeAct } from './audit';
import type { Call, RequestState } from './route';

/** A path may be as long as a request; a record keeps its ends. */
const longestAbout = 400;

/** Puts acts on record with what the request itself says of them. */
export function recorder(ctx: ParameterizedContext<RequestState>, audit: Audit): Call['record'] {
  return ({ principal = ctx.state.principal?.subject ?? 'anonymous', about, ...act }) =>
    audit.record({
      ...act,
      ...(about === undefined ? {} : { about: shortText(about, longestAbout) }),
      ...keyOf(ctx.state.principal),
      principal,
      method: `${ctx.method} ${ctx.state.route ?? ''}`,
      address: ctx.state.client.address,
      requestId: ctx.state.requestId,
    });
}

/** Which key it was done with, by its visible part; its owner is the principal. */
function keyOf(principal: Principal | undefined): Pick<EdgeAct, 'key'> {
  return principal?.credential?.type === 'key' ? { key: principal.credential.prefix } : {};
}
