import type { Redis } from 'ioredis';
import { silent } from '../../projections/_util/fixtures';
import { startTestServers, type TestServers } from '../../tests/_util/servers';
import { RedisCheckpointStore } from './checkpoint-store';
import { createRedis } from './client';

jest.setTimeout(90_000);

describe('RedisCheckpointStore', () => {
  let servers: TestServers<'redis'>;
  let redis: Redis;
  let store: RedisCheckpointStore;

  beforeAll(async () => {
    servers = await startTestServers({ redis: true });
    redis = createRedis(servers.redis.url, silent);
    store = new RedisCheckpointStore(redis);
  });
  afterAll(async () => {
    redis.disconnect();
    await servers.stop();
  });

  it('never writes backwards', async () => {
    await store.put('a', 5, { sequence: 5, v: 'five' });
    await store.put('a', 4, { sequence: 4, v: 'four' });
    expect(await store.get('a')).toEqual({ sequence: 5, v: 'five' });
    await store.put('a', 5, { sequence: 5, v: 'again' });
    await store.put('a', 10, { sequence: 10, v: 'ten' });
    await store.put('a', 9, { sequence: 9, v: 'nine' });
    expect(await store.get('a')).toEqual({ sequence: 10, v: 'ten' });
    expect(await redis.get('agent:checkpoint:a')).toBe('{"sequence":10,"v":"ten"}');
  });

  it('ends at the highest of writes that race', async () => {
    const sequences = [7, 3, 19, 1, 12, 20, 15, 2, 18];
    await Promise.all(sequences.map((sequence) => store.put('race', sequence, { sequence })));
    expect(await store.get('race')).toEqual({ sequence: 20 });
  });

  it('replaces what is no checkpoint', async () => {
    await redis.set('agent:checkpoint:odd', 'not json');
    await store.put('odd', 1, { sequence: 1 });
    expect(await store.get('odd')).toEqual({ sequence: 1 });
    expect(await store.get('none')).toBeNull();
  });

  it('tells how far each mirror is', async () => {
    const seen = new Map<string, number>();
    for await (const sequences of store.sequences()) for (const [id, sequence] of sequences) seen.set(id, sequence);
    expect(Object.fromEntries(seen)).toEqual({ a: 10, race: 20, odd: 1 });
  });

  it('fails fast while Redis is down and works when it is back', async () => {
    await servers.redis.kill();
    const from = Date.now();
    await expect(store.put('b', 1, { sequence: 1 })).rejects.toThrow();
    expect(Date.now() - from).toBeLessThan(2_500);
    await servers.startAgain('redis');
    for (let done = false; !done;)
      done = await store.put('b', 2, { sequence: 2 }).then(
        () => true,
        () => false,
      );
    expect(await store.get('b')).toEqual({ sequence: 2 });
  });
});
