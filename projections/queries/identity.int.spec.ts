import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { createPool } from '../../infra/postgres/pool';
import { startTestServers, type TestServers } from '../../tests/_util/servers';
import { silent } from '../_util/fixtures';
import { migrate } from '../migrate';
import { createApiKey, findApiKey, findKeyStanding, listApiKeys, revokeApiKey, touchApiKey } from './api-keys';
import { attemptLogin, endSession, findSession, openSession, rotateRefreshToken } from './sessions';
import { createUser, findUser, listUsers, updateUser, type UserKind } from './users';

jest.setTimeout(90_000);

const lockout = { after: 3, minutes: 15 };
const hash = (): Buffer => randomBytes(32);
let numbers = 0;
const id = (): string => `id-${(numbers += 1)}`;

describe('identity', () => {
  let servers: TestServers<'postgres'>;
  let pool: Pool;

  beforeAll(async () => {
    servers = await startTestServers({ postgres: true });
    await migrate(servers.postgres.url);
    pool = createPool(servers.postgres.url, silent);
  });
  afterAll(async () => {
    await pool.end();
    await servers.stop();
  });

  const make = (username: string, roles: string[], kind: UserKind = 'person') =>
    createUser(pool, { username, kind, passwordHash: kind === 'person' ? 'h' : null, roles, createdBy: 'test' });
  const open = async (username: string, token = hash(), hours = 1): Promise<string> => {
    const family = id();
    await openSession(pool, username, 'h', { id: id(), family, hash: token, hours });
    return family;
  };
  const minutesLocked = async (username: string): Promise<number> => {
    const { rows } = await pool.query<{ minutes: string }>(
      'SELECT round(extract(epoch FROM locked_until - now()) / 60) AS minutes FROM users WHERE username = $1',
      [username],
    );
    return Number(rows[0]?.minutes);
  };
  const unlock = (username: string) =>
    pool.query("UPDATE users SET locked_until = now() - interval '1 second' WHERE username = $1", [username]);

  it('keeps users by name, each once', async () => {
    expect(await make('ann', ['admin'])).toMatchObject({ username: 'ann', roles: ['admin'], disabled: false });
    expect(await make('ann', [])).toBeNull();
    await make('ci', ['operator'], 'service');
    await expect(make('eve', ['emperor'])).rejects.toMatchObject({ constraint: 'users_roles' });
    expect(await findUser(pool, 'nobody')).toBeNull();
    const first = await listUsers(pool, 1);
    expect(first.users.map(({ username }) => username)).toEqual(['ann']);
    const rest = await listUsers(pool, 10, first.next ?? '');
    expect(rest.users.map(({ username }) => username)).toEqual(['ci']);
  });

  it('locks an account before a further password is looked at, longer each time, and never for others', async () => {
    await make('lou', ['viewer']);
    const tries = await Promise.all(Array.from({ length: 10 }, () => attemptLogin(pool, 'lou', lockout)));
    expect(tries.filter(({ status }) => status === 'open')).toHaveLength(3);
    expect(tries.filter(({ status }) => status === 'locked')).toHaveLength(7);
    expect(await minutesLocked('lou')).toBe(15);
    expect((await findUser(pool, 'lou'))?.lockedUntil).not.toBeNull();
    await unlock('lou');
    expect(await attemptLogin(pool, 'lou', lockout)).toMatchObject({ status: 'open' });
    expect(await minutesLocked('lou')).toBe(30);
    for (let i = 0; i < 8; i += 1) {
      await unlock('lou');
      await attemptLogin(pool, 'lou', lockout);
    }
    expect(await minutesLocked('lou')).toBe(24 * 60);
    await updateUser(pool, 'lou', { disabled: false });
    expect((await findUser(pool, 'lou'))?.lockedUntil).toBeNull();
    await attemptLogin(pool, 'lou', lockout);
    await open('lou');
    expect(await attemptLogin(pool, 'lou', lockout)).toEqual({ status: 'open', passwordHash: 'h', locksUntil: null });
    expect(await attemptLogin(pool, 'ann', lockout)).toMatchObject({ status: 'open' });
    expect(await attemptLogin(pool, 'nobody', lockout)).toEqual({ status: 'unknown' });
    expect(await attemptLogin(pool, 'ci', lockout)).toEqual({ status: 'service' });
  });

  it('begins no session for a password that was changed meanwhile', async () => {
    await make('mia', ['viewer']);
    await updateUser(pool, 'mia', { passwordHash: 'other' });
    const session = { id: id(), family: id(), hash: hash(), hours: 1 };
    expect(await openSession(pool, 'mia', 'h', session)).toBeNull();
    expect(await findSession(pool, session.family)).toBeNull();
  });

  it('takes a refresh token once; the second time ends the session', async () => {
    const [first, second, third] = [hash(), hash(), hash()];
    const session = await open('ann', first);
    const rotated = await rotateRefreshToken(pool, first, { id: id(), hash: second });
    expect(rotated).toMatchObject({ status: 'rotated', session, subject: 'ann' });
    expect(await findSession(pool, session)).toMatchObject({ subject: 'ann', roles: ['admin'], revoked: false });
    const reused = await rotateRefreshToken(pool, first, { id: id(), hash: third });
    expect(reused).toEqual({ status: 'reused', session, subject: 'ann' });
    expect(await findSession(pool, session)).toMatchObject({ revoked: true });
    for (const token of [first, second, third])
      expect(await rotateRefreshToken(pool, token, { id: id(), hash: hash() })).toEqual({ status: 'invalid' });
  });

  it('makes the same next token again for who did not get it, until that is used', async () => {
    const [first, second, third] = [hash(), hash(), hash()];
    const session = await open('ann', first);
    const rotate = (from: Buffer, to: Buffer) => rotateRefreshToken(pool, from, { id: id(), hash: to });
    const all = await Promise.all([rotate(first, second), rotate(first, second), rotate(first, second)]);
    expect(all.map(({ status }) => status)).toEqual(['rotated', 'rotated', 'rotated']);
    expect(await rotate(second, third)).toMatchObject({ status: 'rotated', session });
    expect(await rotate(first, second)).toEqual({ status: 'reused', session, subject: 'ann' });
    expect(await rotate(second, third)).toEqual({ status: 'invalid' });
  });

  it('lets one of many who refresh at once have the next token, and then ends the session', async () => {
    const token = hash();
    const session = await open('ann', token);
    const all = await Promise.all(
      Array.from({ length: 5 }, () => rotateRefreshToken(pool, token, { id: id(), hash: hash() })),
    );
    expect(all.filter(({ status }) => status === 'rotated')).toHaveLength(1);
    expect(await findSession(pool, session)).toMatchObject({ revoked: true });
  });

  it('ends sessions on logout, with a new password, when a user is disabled, and when they are too old', async () => {
    await make('joe', ['viewer']);
    const [one, two, three] = [hash(), hash(), hash()];
    const [a, b] = [await open('joe', one), await open('joe', two)];
    await endSession(pool, a);
    expect(await findSession(pool, a)).toMatchObject({ revoked: true });
    expect(await findSession(pool, b)).toMatchObject({ revoked: false, notBefore: null });
    await updateUser(pool, 'joe', { roles: ['operator'] });
    expect(await findSession(pool, b)).toMatchObject({ revoked: false, roles: ['operator'] });
    await updateUser(pool, 'joe', { disabled: true });
    expect(await findSession(pool, b)).toMatchObject({
      revoked: true,
      disabled: true,
      notBefore: expect.any(Date) as Date,
    });
    expect(await openSession(pool, 'joe', 'h', { id: id(), family: id(), hash: three, hours: 1 })).toBeNull();
    await updateUser(pool, 'joe', { disabled: false });
    const old = await open('joe', three, -1);
    expect((await findSession(pool, old))?.expiresAt.getTime()).toBeLessThan(Date.now());
    expect(await rotateRefreshToken(pool, three, { id: id(), hash: hash() })).toEqual({ status: 'invalid' });
  });

  it('takes no refresh token of before the moment from which tokens count', async () => {
    const token = hash();
    await open('joe', token);
    await pool.query("UPDATE users SET not_before = now() + interval '1 second' WHERE username = 'joe'");
    expect(await rotateRefreshToken(pool, token, { id: id(), hash: hash() })).toEqual({ status: 'invalid' });
  });

  it('keeps an admin who can log in, also where two disable each other at once', async () => {
    await make('root', ['admin'], 'service');
    expect(await updateUser(pool, 'ann', { roles: ['viewer'] })).toBeNull();
    expect(await updateUser(pool, 'ann', { disabled: true })).toBeNull();
    expect(await updateUser(pool, 'ann', { roles: ['viewer', 'admin'] })).toMatchObject({ roles: ['viewer', 'admin'] });
    await make('bob', ['admin']);
    for (let i = 0; i < 5; i += 1) {
      const both = await Promise.allSettled([
        updateUser(pool, 'ann', { disabled: true }),
        updateUser(pool, 'bob', { roles: [] }),
      ]);
      expect(both.filter((each) => each.status === 'fulfilled' && each.value !== null)).toHaveLength(1);
      await updateUser(pool, 'ann', { disabled: false });
      await updateUser(pool, 'bob', { roles: ['admin'] });
    }
  });

  it('keeps API keys, with how their owners stand', async () => {
    const key = { prefix: 'abc', hash: hash(), name: 'CI', owner: 'ci', scopes: ['agents:read'], createdBy: 'ann' };
    const made = await createApiKey(pool, { ...key, id: id(), agents: ['web-*'], days: 90 });
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBeGreaterThan(89 * 86_400_000);
    expect(await findKeyStanding(pool, 'abc')).toMatchObject({
      ...{ id: made.id, subject: 'ci', kind: 'service', roles: ['operator'], disabled: false, revoked: false },
      ...{ hash: key.hash, agents: ['web-*'], scopes: ['agents:read'] },
    });
    expect(await findKeyStanding(pool, 'abd')).toBeNull();
    await touchApiKey(pool, made.id);
    const used = (await findApiKey(pool, made.id))?.lastUsedAt;
    await touchApiKey(pool, made.id);
    expect((await findApiKey(pool, made.id))?.lastUsedAt).toBe(used);
    expect(used).not.toBeNull();
    await createApiKey(pool, { ...key, id: id(), prefix: 'abe', agents: null, days: 1 });
    const page = await listApiKeys(pool, 'ci', 1);
    expect(page.keys).toMatchObject([{ prefix: 'abe' }]);
    expect((await listApiKeys(pool, 'ci', 1, page.next ?? '')).keys).toMatchObject([{ prefix: 'abc' }]);
    const revoked = await revokeApiKey(pool, made.id);
    expect(revoked?.revokedAt).not.toBeNull();
    expect((await revokeApiKey(pool, made.id))?.revokedAt).toBe(revoked?.revokedAt);
    expect(await findKeyStanding(pool, 'abc')).toMatchObject({ revoked: true });
    expect(await revokeApiKey(pool, 'nonsense')).toBeNull();
  });
});
