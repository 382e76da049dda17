import { demandSession } from '../../access/authorize';
import type { Principal } from '../../access/principal';
import { invalidCredentials } from '../../access/sessions';
import { refused } from '../../access/tokens';
import { Problem } from '../../problem';
import { route, type Route } from '../../route';
import { credentials, grant, loggedOut, me, refreshBody, ticket } from './schema';

const tag = 'auth';

const login = route({
  method: 'post',
  path: '/auth/login',
  operationId: 'login',
  permission: 'public',
  tag,
  summary: 'Log in',
  description: 'Every login that fails gets the same answer, also where the account is locked after too many of them.',
  body: credentials,
  responses: { 200: { description: 'A bearer token, and one to refresh it.', schema: grant } },
  problems: ['invalid_credentials', 'unavailable'],
  async handler({ body: { username, password }, record, deps: { sessions } }) {
    const result = await sessions.logIn(username, password);
    if ('grant' in result) {
      await record({ type: 'LoggedIn', principal: result.subject });
      return { body: result.grant };
    }
    // What was typed as a name where there is no such user may be a password.
    const about = result.refused === 'unknown' ? {} : { about: username };
    await record({ type: 'LoginFailed', reason: result.refused, ...about });
    if (result.lockedNow) await record({ type: 'AccountLocked', ...about });
    throw invalidCredentials();
  },
});

const refresh = route({
  method: 'post',
  path: '/auth/refresh',
  operationId: 'refreshSession',
  permission: 'public',
  tag,
  summary: 'New tokens for a refresh token',
  description:
    'Each refresh token is good once. Where one comes a second time, its whole session is ended, unless it comes with the same ' +
    '`attempt` as before and the token that it was answered with is not used yet: then the answer is the same one.',
  body: refreshBody,
  responses: { 200: { description: 'A bearer token, and the next one to refresh it.', schema: grant } },
  problems: ['invalid_refresh_token', 'refresh_reused', 'unavailable'],
  async handler({ body, record, deps: { sessions } }) {
    const result = await sessions.refresh(body.refresh_token, body.attempt);
    if ('grant' in result) {
      await record({ type: 'SessionRefreshed', principal: result.subject });
      return { body: result.grant };
    }
    await record({ type: 'RefreshReused', about: result.reused });
    throw refused('refresh_reused');
  },
});

const logout = route({
  method: 'post',
  path: '/auth/logout',
  operationId: 'logout',
  permission: 'signed-in',
  tag,
  summary: 'End the session, its tokens and its WebSockets',
  responses: { 200: { description: 'It is over.', schema: loggedOut } },
  problems: ['forbidden', 'unavailable'],
  async handler({ principal, record, deps: { sessions } }) {
    const { id } = demandSession(principal);
    await sessions.end(id);
    await record({ type: 'LoggedOut' });
    return { body: { session: id } };
  },
});

const whoAmI = route({
  method: 'get',
  path: '/auth/me',
  operationId: 'whoAmI',
  permission: 'signed-in',
  tag,
  summary: 'Who you are, and what you may do',
  responses: { 200: { description: 'The caller.', schema: me } },
  problems: [],
  handler({ principal }) {
    const { subject, kind, roles, permissions, agents } = principal;
    const { type, id, expiresAt } = credentialOf(principal);
    const credential = { type, id, expiresAt: new Date(expiresAt * 1000).toISOString() };
    return Promise.resolve({ body: { subject, kind, roles, permissions: [...permissions], agents, credential } });
  },
});

const webSocketTicket = route({
  method: 'post',
  path: '/auth/ws-ticket',
  operationId: 'webSocketTicket',
  permission: 'signed-in',
  tag,
  summary: 'A ticket for one WebSocket',
  description: 'Good for one upgrade within 30 s: `GET /ws?ticket=…`.',
  responses: { 200: { description: 'The ticket.', schema: ticket } },
  problems: [],
  async handler({ principal, deps: { tokens } }) {
    const { ticket: text, expiresIn } = await tokens.ticket(principal.subject, credentialOf(principal));
    return { body: { ticket: text, expires_in: expiresIn } };
  },
});

function credentialOf({ credential }: Principal): NonNullable<Principal['credential']> {
  if (credential === null) throw new Problem('unauthenticated');
  return credential;
}

export const authRoutes: Route[] = [login, refresh, logout, whoAmI, webSocketTicket];
