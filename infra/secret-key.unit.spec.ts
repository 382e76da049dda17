import { randomBytes } from 'node:crypto';
import { parseEnvironment } from './config';
import { weaknessOf } from './secret-key';

const good = Array.from({ length: 200 }, (_, i) =>
  randomBytes(24 + (i % 20)).toString(i % 2 === 0 ? 'hex' : 'base64url'),
);

describe('a secret key', () => {
  it('of random letters is fine', () => {
    for (const key of [...good, randomBytes(16).toString('hex')]) expect([key, weaknessOf(key)]).toEqual([key, null]);
  });

  it.each([
    'changeme-changeme-changeme-changeme',
    'your-secret-key-of-at-least-32-characters',
    'a key of a test, of 32 characters or more',
    'please-replace-this-with-something-random',
    'my_super_secret_key_that_nobody_will_guess',
    'django-insecure-4x8k2m9q7w3e5r1t6y0u8i2o',
    'a'.repeat(40),
    'abc123'.repeat(8),
    'k3J9x2Lq8Zt5Wv1N'.repeat(2),
    'aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbcccccccc',
    '11111111111111112222222222222223',
  ])('such as %s can be guessed', (key) => {
    expect(weaknessOf(key)).toEqual(expect.any(String));
  });

  it.each(['SECRET_KEY', 'SECRET_KEY_PREVIOUS'])('%s that can be guessed stops production, and is not told', (name) => {
    const env = { [name]: 'changeme'.repeat(5) };
    expect(() => parseEnvironment({ ...env, ENVIRONMENT: 'production' })).toThrow(
      `invalid environment: ${name}: is a known placeholder, or holds one`,
    );
    expect(parseEnvironment(env)).toMatchObject(env);
    expect(() => parseEnvironment({ [name]: 'short' })).toThrow(name);
    expect(parseEnvironment({ ENVIRONMENT: 'production', [name]: good[0] })).toMatchObject({ [name]: good[0] });
  });
});
