import { Type } from '@sinclair/typebox';
import { hashPassword } from '../../../infra/password-hash';
import type { UserChange } from '../../../projections/queries/users';
import { checkCursor, linkHeader, pageQuery, pageReply } from '../../pages';
import { Problem } from '../../problem';
import { apiPrefix, route, type Route } from '../../route';
import { keyHeaders } from '../../schemas';
import { newUser, user, userChange, userPage, userParams } from './schema';

const tag = 'users';

const list = route({
  method: 'get',
  path: '/users',
  operationId: 'listUsers',
  permission: 'users:read',
  tag,
  summary: 'List users by name',
  query: Type.Object(pageQuery, { additionalProperties: false }),
  responses: { 200: { description: 'A page.', schema: userPage, headers: linkHeader } },
  problems: ['invalid_cursor', 'unavailable'],
  async handler({ query, deps }) {
    checkCursor(query.cursor, ['text']);
    return pageReply('/users', query, await deps.users.list(query.limit, query.cursor));
  },
});

const create = route({
  method: 'post',
  path: '/users',
  operationId: 'createUser',
  permission: 'users:write',
  tag,
  summary: 'Make a user: a person with a password, or a service',
  idempotent: true,
  headers: keyHeaders,
  body: newUser,
  responses: { 201: { description: 'The user.', schema: user, headers: { Location: 'Where it is.' } } },
  problems: ['user_exists', 'unavailable'],
  async handler({ body: { username, kind, password, roles }, principal, record, deps }) {
    const passwordHash = password === undefined ? null : await hashPassword(password);
    const made = await deps.users.create({ username, kind, passwordHash, roles, createdBy: principal.subject });
    if (!made) throw new Problem('user_exists', `there is a user ${username} already`);
    await record({ type: 'UserCreated', about: username, detail: { kind, roles } });
    return { status: 201, body: made, headers: { Location: `${apiPrefix}/users/${username}` } };
  },
});

const get = route({
  method: 'get',
  path: '/users/{username}',
  operationId: 'getUser',
  permission: 'users:read',
  tag,
  summary: 'A user',
  params: userParams,
  responses: { 200: { description: 'The user.', schema: user } },
  problems: ['user_not_found', 'unavailable'],
  async handler({ params: { username }, deps }) {
    const found = await deps.users.find(username);
    if (!found) throw noUser(username);
    return { body: found };
  },
});

const change = route({
  method: 'patch',
  path: '/users/{username}',
  operationId: 'changeUser',
  permission: 'users:write',
  tag,
  summary: 'Give a user other roles or another password, disable or enable it',
  description:
    'In effect within seconds, on open WebSockets too. A new password, or being disabled, ends all sessions. No user is ever deleted: the ' +
    'history refers to them.',
  params: userParams,
  body: userChange,
  responses: { 200: { description: 'The user as it is now.', schema: user } },
  problems: ['user_not_found', 'last_admin', 'unavailable'],
  async handler({ params: { username }, body: { password, ...rest }, record, deps }) {
    const before = await deps.users.find(username);
    if (!before) throw noUser(username);
    if (password !== undefined && before.kind === 'service') {
      throw new Problem('invalid_body', 'the body is not valid', [
        { pointer: '/password', message: 'a service has none' },
      ]);
    }
    const wanted: UserChange = {
      ...rest,
      ...(password === undefined ? {} : { passwordHash: await hashPassword(password) }),
    };
    const now = await deps.users.update(username, wanted);
    if (!now) throw new Problem('last_admin', `${username} is the last admin who can log in`);
    deps.directory.changed();
    const { roles, disabled } = rest;
    if (roles) await record({ type: 'RolesChanged', about: username, detail: { before: before.roles, after: roles } });
    if (disabled !== undefined) await record({ type: disabled ? 'UserDisabled' : 'UserEnabled', about: username });
    if (password !== undefined) await record({ type: 'PasswordChanged', about: username });
    return { body: now };
  },
});

function noUser(username: string): Problem {
  return new Problem('user_not_found', `there is no user ${username}`);
}

export const userRoutes: Route[] = [list, create, get, change];
