import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { ConfigError, parseEnvironment, requireServers } from './config';

const bytes = (length = 32): string => randomBytes(length).toString('base64');
const servers = {
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  NATS_SERVERS: 'nats://127.0.0.1:1',
  REDIS_URL: 'redis://127.0.0.1:1',
  DATABASE_URL: 'postgres://127.0.0.1:1/y',
};
const read = (YMERA_ENCRYPTION_KEY?: string) =>
  requireServers(
    parseEnvironment({ ...servers, ...(YMERA_ENCRYPTION_KEY === undefined ? {} : { YMERA_ENCRYPTION_KEY }) }),
  ).temporal.encryption;

describe('YMERA_ENCRYPTION_KEY', () => {
  it('is off where it is absent or empty', () => {
    expect(read()).toEqual([]);
    expect(read('')).toEqual([]);
  });

  it('gives the keys in their order, with exactly their bytes', () => {
    const [first, second] = [bytes(), bytes()];
    const keys = read(`k-2026.11:${first}, k1:${second}`);
    expect(keys.map(({ id }) => id)).toEqual(['k-2026.11', 'k1']);
    expect(keys.map(({ key }) => key.export().toString('base64'))).toEqual([first, second]);
  });

  it('shows no key where a key is printed', () => {
    const secret = bytes();
    const keys = read(`k1:${secret}`);
    expect(inspect(keys, { depth: 9 }) + JSON.stringify(keys)).not.toContain(secret);
  });

  const good = bytes();
  it.each([
    ['a key without an id', good],
    ['an empty id', `:${good}`],
    ['an id with a space', `a b:${good}`],
    ['31 bytes', `k1:${bytes(31)}`],
    ['33 bytes', `k1:${bytes(33)}`],
    ['64 digits of hex', `k1:${randomBytes(32).toString('hex')}`],
    ['base64 without its filling', `k1:${good.replace('=', '')}`],
    ['bits beyond the 32 bytes', `k1:${'A'.repeat(42)}B=`],
    ['a comma too many', `k1:${good},`],
    ['one id twice', `k1:${good},k1:${bytes()}`],
    ['no key', 'k1:'],
  ])('refuses %s in one line that shows nothing of it', (_, value) => {
    let error: unknown;
    try {
      read(value);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toBe(
      'invalid environment: YMERA_ENCRYPTION_KEY: must be id:key, several separated by commas, each id once, each key 32 bytes as base64',
    );
  });
});
