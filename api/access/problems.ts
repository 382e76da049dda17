import type { ProblemKind } from '../problems';

/** What goes wrong with who may come in, and may do what. Part of the one catalogue in `problems.ts`. */
export const accessProblems = {
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    meaning: 'The call demands a bearer token or an API key.',
  },
  invalid_token: { status: 401, title: 'Invalid token', meaning: 'The token is not one that this server accepts.' },
  token_expired: {
    status: 401,
    title: 'Token expired',
    meaning: 'The token is too old: refresh it, or log in again.',
  },
  token_not_active: { status: 401, title: 'Token not active', meaning: 'The token is not good yet.' },
  session_ended: {
    status: 401,
    title: 'Session ended',
    meaning: 'It was logged out, is too old, or its user was disabled or got another password: log in again.',
  },
  invalid_refresh_token: {
    status: 401,
    title: 'Invalid refresh token',
    meaning: 'The refresh token is none of a session that goes on: log in again.',
  },
  refresh_reused: {
    status: 401,
    title: 'Refresh token reused',
    meaning: 'The refresh token was used before, so somebody else may have it: its session is ended. Log in again.',
  },
  invalid_api_key: { status: 401, title: 'Invalid API key', meaning: 'The API key is not one that this server knows.' },
  api_key_expired: { status: 401, title: 'API key expired', meaning: 'The API key is too old: make another one.' },
  api_key_revoked: {
    status: 401,
    title: 'API key revoked',
    meaning: 'The API key was revoked, or its owner is disabled.',
  },
  invalid_credentials: {
    status: 401,
    title: 'Invalid credentials',
    meaning: 'There is no such user, the password is another one, or the account can not log in now.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    meaning: 'The caller lacks a permission, or the key is not for that agent or run; `detail` names what is missing.',
  },
  origin_refused: {
    status: 403,
    title: 'Origin refused',
    meaning: 'The page that opened the WebSocket is not of an origin that may.',
  },
  too_many_connections: {
    status: 429,
    title: 'Too many connections',
    meaning: 'The caller has as many WebSockets open as one may have: close one.',
  },
  user_not_found: { status: 404, title: 'User not found', meaning: 'There is no user of that name.' },
  user_exists: {
    status: 409,
    title: 'User exists',
    meaning: 'There is a user of that name already, perhaps disabled.',
  },
  last_admin: {
    status: 409,
    title: 'Last admin',
    meaning: 'Nobody would be left who is an admin and can log in; nothing changed.',
  },
  key_not_found: { status: 404, title: 'Key not found', meaning: 'There is no API key of that id that is yours.' },
  invalid_scope: {
    status: 422,
    title: 'Invalid scope',
    meaning: 'A key can not have that permission: its owner lacks it, or it is not for such keys.',
  },
} as const satisfies Record<string, ProblemKind>;
