import { setTimeout as delay } from 'node:timers/promises';
import { cheapHash } from '../identity-stand-ins';
import { startTestApi, type TestApi } from '../stand-ins';

type Json = Record<string, unknown> & { code: string; key: string; id: string; refresh_token: string };

describe('access', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startTestApi();
    await api.call('POST', 'agents', { kind: 'flags', id: 'web-1' });
    await api.call('POST', 'agents', { kind: 'flags', id: 'db-1' });
  });
  afterEach(() => api[Symbol.asyncDispose]());

  const as = async (who: Record<string, string>, method: string, path: string, body?: unknown) => {
    const response = await api.call(method, path, body, who);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
  };
  const withRoles = async (username: string, ...roles: string[]) => ({
    authorization: `Bearer ${await api.tokens.issue(username, api.identity.join(username, roles))}`,
  });
  const makeKey = async (body: object, who: Record<string, string> = {}) => {
    const { status, body: made } = await as(who, 'POST', 'api-keys', { name: 'k', ...body });
    expect([status, made.code]).toEqual([201, undefined]);
    return { id: made.id, key: made.key, who: { authorization: '', 'x-api-key': made.key } };
  };
  const code = ({ status, body }: { status: number; body: Json }) => [status, body.code];

  it('is denied by name of the permission, and the denial is on record', async () => {
    const viewer = await withRoles('vera', 'viewer');
    const denied = await as(viewer, 'POST', 'agents', {});
    expect(code(denied)).toEqual([403, 'forbidden']);
    expect(denied.body['detail']).toBe('the call demands the permission agents:create');
    expect(api.identity.acts).toEqual([
      {
        ...{ type: 'AccessDenied', principal: 'vera', method: 'POST /api/v1/agents', about: '/api/v1/agents' },
        ...{ address: expect.stringContaining('127.0.0.1') as string, requestId: expect.any(String) as string },
        reason: 'the call demands the permission agents:create',
      },
    ]);
  });

  it('is not got by another command than the call is for', async () => {
    const key = await makeKey({ scopes: ['agents:command'] });
    const send = (...types: string[]) =>
      as(
        key.who,
        'POST',
        'agents/web-1/commands',
        types.map((type) => ({ type, data: { key: 'a', value: 1 } })),
      );
    expect((await send('SetFlag')).status).toBe(200);
    for (const [type, permission] of [
      ['Stop', 'agents:stop'],
      ['SetConfig', 'agents:configure'],
      ['Approve', 'approvals:answer'],
      ['Cancel', 'runs:control'],
      ['Break', 'locks:break'],
    ] as const) {
      const denied = await send('SetFlag', type);
      expect([code(denied), denied.body['detail']]).toEqual([
        [403, 'forbidden'],
        `the call demands the permission ${permission}`,
      ]);
    }
    expect(api.agents.records.get('web-1')).toHaveLength(2);
    const operator = await withRoles('olga', 'operator');
    const onPolicy = await as(operator, 'POST', 'agents/policy/commands', { type: 'SetConfig', data: {} });
    expect(onPolicy.body['detail']).toBe('the call demands the permission policy:write');
    expect(code(await as(operator, 'GET', 'agents/policy/events'))).toEqual([403, 'forbidden']);
    expect(code(await as(operator, 'GET', 'agents?kind=edge'))).toEqual([403, 'forbidden']);
    expect(code(await as(await withRoles('otto', 'auditor'), 'GET', 'agents/edge/events'))).toEqual([
      ...[404, 'agent_not_found'],
    ]);
  });

  it('with a key is what its scopes say, as far as its owner may, and shown at auth/me', async () => {
    const operator = await withRoles('olga', 'operator');
    const key = await makeKey({ scopes: ['agents:read', 'agents:stop'] }, operator);
    expect(key.key).toMatch(/^ymk_[a-z0-9]{10}_[A-Za-z0-9_-]{43}$/);
    expect((await as(key.who, 'GET', 'auth/me')).body).toMatchObject({
      ...{ subject: 'olga', kind: 'person', roles: ['operator'], permissions: ['agents:read', 'agents:stop'] },
      ...{ agents: null, credential: { type: 'key', id: key.id } },
    });
    expect((await as(key.who, 'GET', 'agents/web-1')).status).toBe(200);
    expect(code(await as(key.who, 'GET', 'runs'))).toEqual([403, 'forbidden']);
    expect(code(await as(key.who, 'POST', 'api-keys', { name: 'x', scopes: ['agents:read'] }))).toEqual([
      403,
      'forbidden',
    ]);
    expect(code(await as(key.who, 'GET', 'api-keys'))).toEqual([403, 'forbidden']);
    expect(code(await as(key.who, 'POST', 'auth/logout'))).toEqual([403, 'forbidden']);
    await as({}, 'PATCH', 'users/olga', { roles: ['viewer'] });
    expect((await as(key.who, 'GET', 'auth/me')).body['permissions']).toEqual(['agents:read']);
    await as({}, 'PATCH', 'users/olga', { disabled: true });
    expect(code(await as(key.who, 'GET', 'auth/me'))).toEqual([401, 'api_key_revoked']);
  });

  it('with a key ends with the key', async () => {
    const [one, two] = [await makeKey({ scopes: ['agents:read'] }), await makeKey({ scopes: ['agents:read'] })];
    expect((await as({}, 'DELETE', `api-keys/${one.id}`)).body).toMatchObject({
      revokedAt: expect.any(String) as string,
    });
    expect(code(await as(one.who, 'GET', 'auth/me'))).toEqual([401, 'api_key_revoked']);
    expect((await as(two.who, 'GET', 'auth/me')).status).toBe(200);
    const kept = api.identity.keys.get(two.id);
    if (kept) kept.expiresAt = new Date(0).toISOString();
    await as({}, 'DELETE', `api-keys/${one.id}`);
    expect(code(await as(two.who, 'GET', 'auth/me'))).toEqual([401, 'api_key_expired']);
    for (const key of ['x', `${two.key.slice(0, -1)}!`, two.key.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))]) {
      expect(code(await as({ authorization: '', 'x-api-key': key }, 'GET', 'auth/me'))).toEqual([
        401,
        'invalid_api_key',
      ]);
    }
  });

  it('of a key to agents is as its patterns say', async () => {
    const scopes = ['agents:read', 'agents:create', 'agents:command', 'events:read', 'runs:read'];
    const { who } = await makeKey({ scopes, agents: ['web-*'] });
    expect((await as(who, 'GET', 'agents/web-1')).status).toBe(200);
    expect(code(await as(who, 'GET', 'agents/db-1'))).toEqual([403, 'forbidden']);
    expect(code(await as(who, 'GET', 'agents/db-1/events'))).toEqual([403, 'forbidden']);
    expect(code(await as(who, 'POST', 'agents/db-1/commands', { type: 'SetFlag' }))).toEqual([403, 'forbidden']);
    expect(code(await as(who, 'POST', 'agents', { kind: 'flags', id: 'db-2' }))).toEqual([403, 'forbidden']);
    expect(code(await as(who, 'POST', 'agents', { kind: 'flags' }))).toEqual([403, 'forbidden']);
    expect((await as(who, 'POST', 'agents', { kind: 'flags', id: 'web-2' })).status).toBe(201);
    expect(code(await as(who, 'GET', 'runs/web-1'))).toEqual([404, 'run_not_found']);
  });

  it('can be given to a key only by who has it', async () => {
    const operator = await withRoles('olga', 'operator');
    const make = (who: Record<string, string>, body: object) => as(who, 'POST', 'api-keys', { name: 'k', ...body });
    const refusals = await make(operator, { scopes: ['audit:read', 'agents:read', 'approvals:answer'] });
    expect(refusals).toMatchObject({
      status: 422,
      body: { code: 'invalid_scope', errors: [{ pointer: '/scopes/0' }, { pointer: '/scopes/2' }] },
    });
    expect(code(await make({}, { scopes: ['users:write'] }))).toEqual([422, 'invalid_scope']);
    expect(code(await make({}, { scopes: ['locks:break'], agents: ['web-*'] }))).toEqual([422, 'invalid_scope']);
    expect(code(await make({}, { scopes: ['agents:read'], expires_in_days: 366 }))).toEqual([422, 'invalid_body']);
    expect(code(await make({}, { scopes: ['agents:read'], agents: ['*-web'] }))).toEqual([422, 'invalid_body']);
    expect(code(await make(operator, { scopes: ['agents:read'], owner: 'ann' }))).toEqual([403, 'forbidden']);
    expect(code(await make({}, { scopes: ['agents:read'], owner: 'olga' }))).toEqual([403, 'forbidden']);
    await as({}, 'POST', 'users', { username: 'ci', kind: 'service', roles: ['operator'] });
    expect(code(await make({}, { scopes: ['audit:read'], owner: 'ci' }))).toEqual([422, 'invalid_scope']);
    const { status, body } = await make({}, { scopes: ['agents:read'], owner: 'ci' });
    const me = await as({ authorization: '', 'x-api-key': body.key }, 'GET', 'auth/me');
    expect([status, me.body]).toMatchObject([201, { subject: 'ci', kind: 'service', permissions: ['agents:read'] }]);
    expect(code(await as(operator, 'DELETE', `api-keys/${body.id}`))).toEqual([404, 'key_not_found']);
    expect(code(await as(operator, 'GET', 'api-keys?owner=ci'))).toEqual([403, 'forbidden']);
    expect((await as({}, 'GET', 'api-keys?owner=ci')).body).toMatchObject({ keys: [{ id: body.id, owner: 'ci' }] });
    expect(JSON.stringify(api.identity.acts)).not.toContain(body.key.slice(-43));
  });

  it('is refused alike whoever is named, at the same work', async () => {
    const passwordHash = await cheapHash('right password');
    for (const name of ['open', 'locked', 'disabled']) api.identity.join(name, [], 'person', passwordHash);
    api.identity.join('service', [], 'service');
    const user = (name: string) => api.identity.users.get(name) as { disabled: boolean; lockedUntil: string | null };
    user('disabled').disabled = true;
    user('locked').lockedUntil = new Date().toISOString();
    const answers = await Promise.all(
      ['open', 'locked', 'disabled', 'service', 'nobody'].map(async (username) => {
        const password = username === 'open' ? 'wrong password' : 'right password';
        const { status, headers, body } = await as({}, 'POST', 'auth/login', { username, password });
        const shown = Object.fromEntries(headers);
        return { status, headers: { ...shown, date: '', 'x-request-id': '' }, body: { ...body, instance: '' } };
      }),
    );
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const reasons = api.identity.acts.map(({ type, reason, about }) => [type, reason, about]);
    expect(reasons.sort()).toEqual([
      ['LoginFailed', 'disabled', 'disabled'],
      ['LoginFailed', 'locked', 'locked'],
      ['LoginFailed', 'service', 'service'],
      ['LoginFailed', 'unknown', undefined],
      ['LoginFailed', 'wrong_password', 'open'],
    ]);
  });

  it('goes on with a refresh token, once, and ends on logout', async () => {
    api.identity.join('rea', ['viewer'], 'person', await cheapHash('right password'));
    const login = () => as({}, 'POST', 'auth/login', { username: 'rea', password: 'right password' });
    const refresh = (token: string) => as({}, 'POST', 'auth/refresh', { refresh_token: token });
    const bearer = ({ body }: { body: Json }) => ({ authorization: `Bearer ${body['access_token'] as string}` });
    const first = await login();
    expect(first.body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 60,
      refresh_token: expect.any(String) as string,
    });
    const second = await refresh(first.body.refresh_token);
    expect((await as(bearer(second), 'GET', 'auth/me')).status).toBe(200);
    expect(code(await refresh(first.body.refresh_token))).toEqual([401, 'refresh_reused']);
    expect(code(await refresh(second.body.refresh_token))).toEqual([401, 'invalid_refresh_token']);
    for (const each of [first, second])
      expect(code(await as(bearer(each), 'GET', 'auth/me'))).toEqual([401, 'session_ended']);
    const [third, other] = [await login(), await login()];
    expect((await as(bearer(third), 'POST', 'auth/logout')).status).toBe(200);
    expect(code(await as(bearer(third), 'GET', 'auth/me'))).toEqual([401, 'session_ended']);
    expect((await as(bearer(other), 'GET', 'auth/me')).status).toBe(200);
    await delay(20);
    expect(JSON.stringify([api.lines, api.identity.acts])).not.toContain(third.body.refresh_token);
  });

  it('answers an attempt at a refresh again, until what came of it is used', async () => {
    api.identity.join('lia', ['viewer'], 'person', await cheapHash('right password'));
    const first = await as({}, 'POST', 'auth/login', { username: 'lia', password: 'right password' });
    const refresh = (token: string, attempt?: string) =>
      as({}, 'POST', 'auth/refresh', { refresh_token: token, ...(attempt === undefined ? {} : { attempt }) });
    const [mine, others] = ['0123456789abcdef', 'fedcba9876543210'];
    const second = await refresh(first.body.refresh_token, mine);
    const again = await refresh(first.body.refresh_token, mine);
    expect(again.body.refresh_token).toBe(second.body.refresh_token);
    const third = await refresh(second.body.refresh_token, mine);
    expect(third.status).toBe(200);
    expect(third.body.refresh_token).not.toBe(second.body.refresh_token);
    // Neither another attempt nor one whose answer has been used.
    expect(code(await refresh(second.body.refresh_token, others))).toEqual([401, 'refresh_reused']);
    expect(code(await refresh(third.body.refresh_token, mine))).toEqual([401, 'invalid_refresh_token']);
    for (const attempt of ['short', 'x'.repeat(65), 'with a blank 0123456'])
      expect(code(await refresh(first.body.refresh_token, attempt))).toEqual([422, 'invalid_body']);
  });
});
