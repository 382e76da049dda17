import type { ParameterizedContext } from 'koa';
import type { Access } from '../access/access';
import type { Principal } from '../access/principal';
import type { RequestState } from '../route';

/** Who calls, by the bearer token or the API key. @throws Problem; see `Access.identify` */
export async function authenticate(
  ctx: ParameterizedContext<RequestState>,
  access: Pick<Access, 'identify'>,
): Promise<Principal> {
  const { authorization } = ctx.headers;
  ctx.state.principal = await access.identify({ authorization, apiKey: ctx.get('X-API-Key') });
  return ctx.state.principal;
}
