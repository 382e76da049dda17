import { SignJWT, UnsecuredJWT } from 'jose';
import { testKey } from '../identity-stand-ins';
import { startTestApi, type TestApi } from '../stand-ins';
import { Tokens } from './tokens';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const previousKey = 'the key of before, of 32 characters or more';

describe('tokens', () => {
  let api: TestApi;
  let session: string;
  beforeAll(async () => {
    api = await startTestApi();
    session = api.identity.join('vera', ['viewer']);
  });
  afterAll(() => api[Symbol.asyncDispose]());

  function token({
    key = testKey,
    alg = 'HS256',
    issuer = 'ymera',
    audience = 'ymera-api',
    sub = 'vera',
    ends = '1m',
    begins = '-1s',
    claims = {},
  } = {}) {
    const jwt = new SignJWT({ sid: session, ...claims }).setProtectedHeader({ alg }).setIssuer(issuer);
    jwt.setAudience(audience).setSubject(sub).setJti('j').setIssuedAt().setNotBefore(begins);
    return jwt.setExpirationTime(ends).sign(encode(key));
  }

  const me = (authorization: string) => api.call('GET', 'auth/me', undefined, { authorization });

  it('are taken as they were issued', async () => {
    expect((await me(`Bearer ${await token()}`)).status).toBe(200);
  });

  const unsecured = () => {
    const jwt = new UnsecuredJWT({ sid: session }).setIssuer('ymera').setAudience('ymera-api').setSubject('vera');
    return Promise.resolve(jwt.setJti('j').setIssuedAt().setNotBefore('-1s').setExpirationTime('1m').encode());
  };
  const tampered = (change: object) => async () => {
    const [head, body = '', signature] = (await token()).split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    return [head, Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url'), signature].join('.');
  };

  it.each<[string, () => Promise<string>, string]>([
    ['alg none', unsecured, 'invalid_token'],
    ['another key', () => token({ key: 'another key of thirty-two characters' }), 'invalid_token'],
    ['another algorithm', () => token({ alg: 'HS512', key: testKey.repeat(2) }), 'invalid_token'],
    ['an expired one', () => token({ ends: '-1s' }), 'token_expired'],
    ['one not good yet', () => token({ begins: '20s' }), 'token_not_active'],
    ['another audience', () => token({ audience: 'ws' }), 'invalid_token'],
    ['another issuer', () => token({ issuer: 'other' }), 'invalid_token'],
    ['a system principal', () => token({ sub: 'system:watch' }), 'invalid_token'],
    ['no subject', () => token({ sub: '' }), 'invalid_token'],
    ['no session', () => token({ claims: { sid: null } }), 'invalid_token'],
    ["another's session", () => token({ sub: 'ann' }), 'session_ended'],
    ['a session that never was', () => token({ claims: { sid: 'x' } }), 'session_ended'],
    ['another subject written in', tampered({ sub: 'ann' }), 'invalid_token'],
    ['a role written in', tampered({ roles: ['admin'] }), 'invalid_token'],
    ['no token at all', () => Promise.resolve('x.y.z'), 'invalid_token'],
  ])('are refused: %s', async (_, make, code) => {
    const response = await me(`Bearer ${await make()}`);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([401, code]);
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('say nothing of roles: those come from the directory', async () => {
    const response = await me(`Bearer ${await token({ claims: { roles: ['admin'] } })}`);
    expect(await response.json()).toMatchObject({ subject: 'vera', roles: ['viewer'] });
  });

  it.each(['', 'Basic YTpi', 'Bearer', 'Bearer a b'])('are demanded where there is %j', async (authorization) => {
    const response = await me(authorization);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([401, 'unauthenticated']);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="ymera"');
  });

  it('for a socket are no tokens for the API', async () => {
    const tokens = new Tokens([testKey], 60);
    const { ticket } = await tokens.ticket('vera', { type: 'session', id: session, issuedAt: 0, expiresAt: 0 });
    expect(await tokens.verify(ticket, 'ws')).toMatchObject({ subject: 'vera', holder: { session } });
    await expect(tokens.verify(ticket, 'ymera-api')).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('of the key of before are good, and no new ones are made with it', async () => {
    const [before, now] = [new Tokens([previousKey], 60), new Tokens([testKey, previousKey], 60)];
    expect(await now.verify(await before.issue('vera', session), 'ymera-api')).toMatchObject({ subject: 'vera' });
    const made = await now.issue('vera', session);
    await expect(before.verify(made, 'ymera-api')).rejects.toMatchObject({ code: 'invalid_token' });
    expect(await new Tokens([testKey], 60).verify(made, 'ymera-api')).toMatchObject({ subject: 'vera' });
  });
});
