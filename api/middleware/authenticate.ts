import type { ParameterizedContext } from 'koa';
import type { RequestState } from '../route';
import { bearerToken, type Principal, type Tokens } from '../tokens';

/** Who calls, by the bearer token. @throws Problem `unauthenticated` | `token_expired` | `invalid_token` */
export async function authenticate(ctx: ParameterizedContext<RequestState>, tokens: Tokens): Promise<Principal> {
  const { subject, roles } = await tokens.verify(bearerToken(ctx.get('Authorization')), 'ymera-api');
  ctx.state.principal = { subject, roles };
  return ctx.state.principal;
}
