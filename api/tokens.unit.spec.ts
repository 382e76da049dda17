import { SignJWT, UnsecuredJWT } from 'jose';
import { startTestApi, testKey, type TestApi } from './stand-ins';
import { Tokens } from './tokens';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function token({
  key = testKey,
  alg = 'HS256',
  issuer = 'ymera',
  audience = 'ymera-api',
  sub = 'ann',
  ends = '1m',
  jti = 'j',
} = {}) {
  const jwt = new SignJWT({ roles: [] }).setProtectedHeader({ alg }).setIssuer(issuer).setAudience(audience);
  return jwt.setSubject(sub).setJti(jti).setIssuedAt().setExpirationTime(ends).sign(encode(key));
}

describe('tokens', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const me = (authorization: string) => api.call('GET', 'auth/me', undefined, { authorization });

  it('are taken as they were issued', async () => {
    expect((await me(`Bearer ${await token()}`)).status).toBe(200);
  });

  const unsecured = () =>
    Promise.resolve(
      new UnsecuredJWT({})
        .setIssuer('ymera')
        .setAudience('ymera-api')
        .setSubject('ann')
        .setExpirationTime('1m')
        .encode(),
    );
  const tampered = async () => {
    const [head, , signature] = (await token()).split('.');
    const claims = { sub: 'root', iss: 'ymera', aud: 'ymera-api', iat: 1, exp: 9_999_999_999, jti: 'j' };
    return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
  };

  it.each<[string, () => Promise<string>, string]>([
    ['alg none', unsecured, 'invalid_token'],
    ['another key', () => token({ key: 'another key of thirty-two characters' }), 'invalid_token'],
    ['another algorithm', () => token({ alg: 'HS512', key: testKey.repeat(2) }), 'invalid_token'],
    ['an expired one', () => token({ ends: '-1s' }), 'token_expired'],
    ['another audience', () => token({ audience: 'ws' }), 'invalid_token'],
    ['another issuer', () => token({ issuer: 'other' }), 'invalid_token'],
    ['a system principal', () => token({ sub: 'system:watch' }), 'invalid_token'],
    ['no subject', () => token({ sub: '' }), 'invalid_token'],
    ['altered claims', tampered, 'invalid_token'],
    ['no token at all', () => Promise.resolve('x.y.z'), 'invalid_token'],
  ])('are refused: %s', async (_, make, code) => {
    const response = await me(`Bearer ${await make()}`);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([401, code]);
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it.each(['', 'Basic YTpi', 'Bearer', 'Bearer a b'])('are demanded where there is %j', async (authorization) => {
    const response = await me(authorization);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([401, 'unauthenticated']);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="ymera"');
  });

  it('for a socket are no tokens for the API', async () => {
    const tokens = new Tokens(testKey, 60);
    const { ticket } = await tokens.ticket({ subject: 'ann', roles: [] });
    expect((await tokens.verify(ticket, 'ws')).subject).toBe('ann');
    await expect(tokens.verify(ticket, 'ymera-api')).rejects.toMatchObject({ code: 'invalid_token' });
  });
});
