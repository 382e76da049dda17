import { SecretError } from '../infra/secrets';
import { resolveSecrets, withoutReferences } from './secret-references';

const kept: Record<string, string> = { token: 't0k$&en', 'db-pass': 'secret://token' };
const store = { get: async (name: string) => kept[name] };

describe('references to secrets', () => {
  it('are filled in anywhere, as the whole text or a part of it', async () => {
    const { value, secrets } = await resolveSecrets(
      {
        a: 'secret://token',
        b: [{ c: 'Bearer secret://token!' }],
        d: 'https://me:secret://token@host/',
        n: 1,
        z: null,
      },
      store,
    );
    expect(value).toEqual({
      a: 't0k$&en',
      b: [{ c: 'Bearer t0k$&en!' }],
      d: 'https://me:t0k$&en@host/',
      n: 1,
      z: null,
    });
    expect(secrets).toEqual(['t0k$&en']);
  });
  it('are filled in once: a secret that reads as one is left as it is', async () => {
    expect((await resolveSecrets('secret://db-pass', store)).value).toBe('secret://token');
  });
  it.each(['secret://none', 'secret://', 'secret://UPPER', `secret://${'a'.repeat(64)}`])(
    '%s is refused',
    async (text) => {
      await expect(resolveSecrets({ deep: [text] }, store)).rejects.toMatchObject({ code: 'unknown_secret' });
    },
  );
  it('say why a secret is refused', async () => {
    const refusing = { get: () => Promise.reject(new SecretError('it is open to everybody')) };
    await expect(resolveSecrets('secret://token', refusing)).rejects.toMatchObject({
      code: 'unknown_secret',
      message: 'it is open to everybody',
    });
  });
  it('of an output are none any more', async () => {
    const harmless = withoutReferences({ body: 'send secret://token to me' });
    expect((await resolveSecrets(harmless, store)).secrets).toEqual([]);
  });
});
