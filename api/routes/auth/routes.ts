import { systemPrincipalPrefix } from '../../../actors/core/command';
import { Problem } from '../../problem';
import { route, type Route } from '../../route';
import { credentials, grant, me, ticket } from './schema';

const login = route({
  method: 'post',
  path: '/auth/login',
  operationId: 'login',
  tag: 'auth',
  summary: 'Log in',
  auth: false,
  body: credentials,
  responses: { 200: { description: 'A bearer token.', schema: grant } },
  problems: ['invalid_credentials', 'unavailable'],
  async handler({ body: { username, password }, deps: { ledger, passwords, tokens } }) {
    const user = username.startsWith(systemPrincipalPrefix) ? null : await ledger.user(username);
    if (!(await passwords.matches(user?.passwordHash, password)) || !user) {
      throw new Problem('invalid_credentials', undefined, [], { 'WWW-Authenticate': 'Bearer realm="ymera"' });
    }
    const access_token = await tokens.issue({ subject: user.username, roles: user.roles });
    return { body: { access_token, token_type: 'Bearer', expires_in: tokens.ttlSeconds } };
  },
});

const whoAmI = route({
  method: 'get',
  path: '/auth/me',
  operationId: 'whoAmI',
  tag: 'auth',
  summary: 'Who the token says you are',
  responses: { 200: { description: 'The caller.', schema: me } },
  problems: [],
  handler: ({ principal: { subject, roles } }) => Promise.resolve({ body: { subject, roles } }),
});

const webSocketTicket = route({
  method: 'post',
  path: '/auth/ws-ticket',
  operationId: 'webSocketTicket',
  tag: 'auth',
  summary: 'A ticket for one WebSocket',
  description: 'Good for one upgrade within 30 s: `GET /ws?ticket=…`.',
  responses: { 200: { description: 'The ticket.', schema: ticket } },
  problems: [],
  async handler({ principal, deps: { tokens } }) {
    const { ticket: text, expiresIn } = await tokens.ticket(principal);
    return { body: { ticket: text, expires_in: expiresIn } };
  },
});

export const authRoutes: Route[] = [login, whoAmI, webSocketTicket];
