import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { WebSocket } from 'ws';
import { distDir } from '../../infra/paths';
import { ApiClient, until, type Answer } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';

/** What is changed elsewhere must be in effect by then, in ms. */
const soonMs = 5_000;
const planted = {
  wrong: 'a-wrong-password-that-was-planted',
  right: 'the-right-password-that-was-planted',
  typedAsName: 'a-password-typed-as-name',
};
const codeOf = ({ status, body }: Answer): [number, string] => [status, body.code];

jest.setTimeout(60_000);

/** On a whole stack, with changes made in the database: as another API process would. */
describe('identity', () => {
  let stack: TestStack;
  let admin: ApiClient;
  let database: Client;
  const secrets: string[] = Object.values(planted);
  const sockets: WebSocket[] = [];

  beforeAll(async () => {
    stack = await startTestStack({ env: { LOGIN_LOCKOUT_AFTER: '3', LOGIN_LOCKOUT_MINUTES: '0.05', DEBUG: 'true' } });
    admin = await ApiClient.login(stack.reload());
    database = new Client({ connectionString: stack.file.postgres });
    await database.connect();
    secrets.push(stack.file.credentials.password, admin.token);
  }, 120_000);
  afterAll(async () => {
    for (const socket of sockets) socket.terminate();
    await database.end();
    await stack.stop();
  }, 60_000);

  const anonymous = (): ApiClient => ApiClient.anonymous(stack.file);
  const login = (username: string, password = planted.right): Promise<Answer> =>
    anonymous().call('POST', 'auth/login', { username, password });
  const userWith = async (username: string, ...roles: string[]): Promise<ApiClient> => {
    const made = await admin.call('POST', 'users', { username, password: planted.right, roles });
    expect(made.status).toBe(201);
    const client = await ApiClient.login({ ...stack.file, credentials: { username, password: planted.right } });
    secrets.push(client.token);
    return client;
  };
  const keyOf = async (client: ApiClient, body: object): Promise<{ id: string; with: Record<string, string> }> => {
    const made = await client.call('POST', 'api-keys', { name: 'test', ...body });
    expect(made.status).toBe(201);
    secrets.push(made.body.key);
    return { id: made.body.id, with: { 'x-api-key': made.body.key } };
  };
  const open = async (headers: Record<string, string>) => {
    const socket = new WebSocket(stack.file.ws, { headers });
    sockets.push(socket);
    const seen: string[] = [];
    socket.on('message', (data: Buffer) => {
      const { op, event } = JSON.parse(data.toString()) as { op: string; event?: { source: string; type: string } };
      seen.push(event ? `${event.source} ${event.type}` : op);
    });
    const closed = once(socket, 'close').then(([code]) => code as number);
    await once(socket, 'open');
    socket.send(JSON.stringify({ op: 'subscribe', agents: ['*'] }));
    await until(() => seen.includes('subscribed'), 'the subscription');
    return { seen, closed };
  };
  const within = (work: Promise<number>): Promise<number | string> =>
    Promise.race([work, delay(soonMs, 'too late', { ref: false })]);

  it('of a key that is revoked elsewhere is gone soon, on open sockets too', async () => {
    const operator = await userWith('olga', 'operator');
    const key = await keyOf(operator, { scopes: ['agents:read', 'events:read'] });
    const get = () => anonymous().call('GET', 'agents', undefined, key.with);
    expect((await get()).status).toBe(200);
    await until(async () => (await operator.call('GET', 'api-keys')).body.keys[0].lastUsedAt !== null, 'the use');
    const { closed } = await open(key.with);
    await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [key.id]);
    const refused = until(async () => (await get()).status === 401, 'the refusal', soonMs);
    expect(await within(closed)).toBe(4401);
    await refused;
    expect(codeOf(await get())).toEqual([401, 'api_key_revoked']);
  });

  it('of a user whose roles are fewer is less soon, on open sockets too, and gone when disabled', async () => {
    const otto = await userWith('otto', 'auditor', 'operator');
    const { seen, closed } = await open({ authorization: `Bearer ${otto.token}` });
    const policy = { freezes: [] };
    const onPolicy = () => seen.filter((each) => each.startsWith('/agents/policy')).length;
    expect((await admin.call('POST', 'agents/policy/config', policy)).status).toBe(200);
    await until(() => onPolicy() === 1, 'the event of the policy');
    await database.query("UPDATE users SET roles = '{viewer}' WHERE username = 'otto'");
    const stop = () => otto.call('DELETE', 'agents/nobody');
    await until(async () => (await stop()).status === 403, 'the refusal', soonMs);
    expect((await otto.call('GET', 'auth/me')).body).toMatchObject({ roles: ['viewer'] });
    await delay(soonMs);
    await admin.call('POST', 'agents/policy/config', policy);
    await admin.flagsAgent('seen-by-all');
    await until(() => seen.includes('/agents/seen-by-all ymera.flags.AgentCreated'), 'another event');
    expect(onPolicy()).toBe(1);
    await database.query("UPDATE users SET disabled = true WHERE username = 'otto'");
    expect(await within(closed)).toBe(4401);
    expect(codeOf(await stop())).toEqual([401, 'session_ended']);
    expect(codeOf(await login('otto'))).toEqual([401, 'invalid_credentials']);
  });

  it('ends with a logout, a new password and a reused refresh token', async () => {
    const lea = await userWith('lea', 'viewer');
    const [first, second] = [(await login('lea')).body, (await login('lea')).body];
    const { closed } = await open({ authorization: `Bearer ${lea.token}` });
    expect((await lea.call('POST', 'auth/logout')).status).toBe(200);
    expect(codeOf(await lea.call('GET', 'auth/me'))).toEqual([401, 'session_ended']);
    expect(await within(closed)).toBe(4401);
    const refresh = (token: string) => anonymous().call('POST', 'auth/refresh', { refresh_token: token });
    const next = await refresh(first.refresh_token);
    expect(next.status).toBe(200);
    expect(codeOf(await refresh(first.refresh_token))).toEqual([401, 'refresh_reused']);
    expect(codeOf(await refresh(next.body.refresh_token))).toEqual([401, 'invalid_refresh_token']);
    secrets.push(first.refresh_token, next.body.refresh_token, next.body.access_token);
    const me = (token: string) => anonymous().call('GET', 'auth/me', undefined, { authorization: `Bearer ${token}` });
    expect(codeOf(await me(next.body.access_token))).toEqual([401, 'session_ended']);
    expect((await me(second.access_token)).status).toBe(200);
    const changed = await admin.call('PATCH', 'users/lea', { password: `${planted.right}-2` });
    expect(changed.status).toBe(200);
    expect(codeOf(await me(second.access_token))).toEqual([401, 'session_ended']);
    expect(codeOf(await refresh(second.refresh_token))).toEqual([401, 'invalid_refresh_token']);
    expect((await login('lea', `${planted.right}-2`)).status).toBe(200);
  });

  it('is locked after three wrong passwords for a while, and nobody is told', async () => {
    await userWith('lou', 'viewer');
    const answers = [await login(planted.typedAsName, planted.wrong)];
    for (let i = 0; i < 3; i += 1) answers.push(await login('lou', planted.wrong));
    answers.push(await login('lou'));
    const shown = answers.map(({ status, body }) => ({ status, ...body, instance: '' }));
    expect(shown[0]).toMatchObject({ status: 401, code: 'invalid_credentials' });
    for (const answer of shown) expect(answer).toEqual(shown[0]);
    expect((await admin.call('GET', 'users/lou')).body.lockedUntil).not.toBeNull();
    await until(async () => (await login('lou')).status === 200, 'the end of the lock');
    expect((await admin.call('GET', 'users/lou')).body.lockedUntil).toBeNull();
  });

  it('of the last admin stays', async () => {
    for (const change of [{ roles: ['operator'] }, { disabled: true }]) {
      expect(codeOf(await admin.call('PATCH', 'users/admin', change))).toEqual([409, 'last_admin']);
    }
    await userWith('root', 'admin');
    expect((await admin.call('PATCH', 'users/root', { roles: ['viewer'] })).status).toBe(200);
  });

  it('of a service is in the events and the runs that its key makes', async () => {
    const source =
      'name: hello\ndescription: Says hello.\nsteps:\n  - {id: say, action: debug.echo, with: {value: hello}}\n';
    expect((await admin.call('POST', 'runbooks', { source })).status).toBe(201);
    await admin.call('POST', 'users', { username: 'ci', kind: 'service', roles: ['operator'] });
    expect(codeOf(await login('ci'))).toEqual([401, 'invalid_credentials']);
    const scopes = ['agents:create', 'agents:read', 'runs:start', 'runs:read', 'events:read'];
    const key = await keyOf(admin, { owner: 'ci', scopes, agents: ['ci-*'] });
    const call = (method: string, path: string, body?: object) => anonymous().call(method, path, body, key.with);
    expect((await call('POST', 'agents', { kind: 'flags', id: 'ci-1' })).status).toBe(201);
    expect((await call('GET', 'agents/ci-1/events')).body.events).toMatchObject([{ principal: 'ci' }]);
    await until(async () => (await call('GET', 'agents')).body.agents.length > 0, 'the list');
    expect((await call('GET', 'agents')).body.agents.map(({ id }: { id: string }) => id)).toEqual(['ci-1']);
    const theirs = (await admin.call('POST', 'runs', { runbook: 'hello' })).body.id as string;
    const { status, body } = await call('POST', 'runs', { runbook: 'hello' });
    expect([status, body.startedBy]).toEqual([201, 'ci']);
    expect((await call('GET', `runs/${body.id}`)).status).toBe(200);
    expect(codeOf(await call('GET', `runs/${theirs}`))).toEqual([403, 'forbidden']);
    await until(async () => (await admin.call('GET', 'runs')).body.runs.length === 2, 'the list of runs');
    expect((await call('GET', 'runs')).body.runs.map(({ id }: { id: string }) => id)).toEqual([body.id]);
  });

  it('leaves no password, token or key in any log or answer', async () => {
    const folder = join(stack.home, 'logs');
    const logs = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
    const audit = JSON.stringify(await admin.events('edge'));
    const said = [...logs, ['output', stack.output] as const, ['audit', audit] as const];
    expect(said.find(([name]) => name === 'api.log')?.[1]).toContain('invalid_credentials');
    expect(audit).toContain('ymera.edge.LoginFailed');
    for (const secret of secrets)
      for (const [name, text] of said) expect([name, text.includes(secret) && secret]).toEqual([name, false]);
    const answers = [await admin.call('GET', 'users'), await admin.call('GET', 'api-keys?owner=ci')];
    expect(JSON.stringify(answers.map(({ body }) => body))).not.toMatch(/argon2|hash|_[A-Za-z0-9_-]{43}/);
  });

  it.each([
    ['a known key', { SECRET_KEY: 'changeme'.repeat(5) }, 'SECRET_KEY: is a known placeholder, or holds one'],
    ['a short key', { SECRET_KEY: 'tr0ub4dor&3' }, 'SECRET_KEY: '],
    ['a dull key', { SECRET_KEY: 'x'.repeat(64) }, 'SECRET_KEY: repeats itself'],
    ['no key', {}, 'SECRET_KEY: missing'],
  ])('in production does not begin with %s', (_, env, line) => {
    const { nats, redis, postgres, temporal } = stack.file;
    const servers = {
      NATS_SERVERS: nats,
      REDIS_URL: redis,
      DATABASE_URL: postgres,
      TEMPORAL_ADDRESS: temporal.address,
    };
    const all = { PATH: process.env['PATH'], ENVIRONMENT: 'production', PORT: '0', ...servers, ...env };
    const { status, stderr } = spawnSync(process.execPath, [join(distDir, 'api.js')], {
      env: all,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(status).toBe(2);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(`api: invalid environment: ${line}`)]);
  });
});
