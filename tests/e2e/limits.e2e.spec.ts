import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, until } from '../_util/api-client';
import { startSecondApi } from '../_util/second-api';
import { startTestStack, type TestStack } from '../_util/stack';

/** The limits as they are by default, but for principals. Each test comes from an address of its own, through a proxy. */
const env = {
  TRUSTED_PROXIES: '127.0.0.1',
  RATE_LIMIT_PER_MINUTE: '',
  RATE_LIMIT_LOGIN_PER_MINUTE: '',
  RATE_LIMIT_PRINCIPAL_PER_MINUTE: '300',
};

describe('limits over two API processes', () => {
  let stack: TestStack;
  let second: Awaited<ReturnType<typeof startSecondApi>>;
  let origins: string[];
  beforeAll(async () => {
    stack = await startTestStack({ env });
    second = await startSecondApi(stack, env);
    origins = [stack.reload().api, second.origin];
  }, 180_000);
  afterAll(async () => {
    await second.stop();
    await stack.stop();
  }, 60_000);

  interface Seen {
    status: number;
    retryAfter: number;
  }

  /** So many requests at once, by turns to the one and the other process. */
  function send(count: number, address: string, path = 'agents', init: RequestInit = {}): Promise<Seen[]> {
    const one = async (_: unknown, i: number): Promise<Seen> => {
      const response = await fetch(`${origins[i % 2]}/api/v1/${path}`, {
        ...init,
        headers: { 'x-forwarded-for': address, ...(init.headers as Record<string, string>) },
      });
      await response.arrayBuffer();
      return { status: response.status, retryAfter: Number(response.headers.get('retry-after')) };
    };
    return Promise.all(Array.from({ length: count }, one));
  }
  const count = (seen: Seen[], status: number): number => seen.filter((each) => each.status === status).length;

  it('let exactly 100 of 150 requests at once pass, and again after the window', async () => {
    const first = await send(150, '198.51.100.1');
    expect([count(first, 401), count(first, 429)]).toEqual([100, 50]);
    const waits = first.filter(({ status }) => status === 429).map(({ retryAfter }) => retryAfter);
    for (const wait of waits) expect([wait >= 1, wait <= 60]).toEqual([true, true]);
    // The last of those that passed came a little later than the first.
    await delay(Math.max(...waits) * 1000 + 2_000);
    const again = await send(150, '198.51.100.1');
    expect([count(again, 401), count(again, 429)]).toEqual([100, 50]);
  }, 120_000);

  it('let five logins pass, whoever asks what, and leave the address its other requests', async () => {
    const login = (credentials: object) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(credentials),
    });
    const right = await send(2, '198.51.100.2', 'auth/login', login(stack.file.credentials));
    const wrong = await send(10, '198.51.100.2', 'auth/login', login({ username: 'admin', password: 'guessed' }));
    expect([count(right, 200), count(wrong, 401), count(wrong, 429)]).toEqual([2, 3, 7]);
    expect(count(await send(10, '198.51.100.2'), 401)).toBe(10);
  });

  it('let 1,000 web vitals pass', async () => {
    let vitals: Seen[] = [];
    for (let i = 0; i < 11; i += 1)
      vitals = [...vitals, ...(await send(100, '198.51.100.3', 'metrics/frontend', { method: 'POST' }))];
    expect(count(vitals, 429)).toBe(100);
    expect(count(await send(10, '198.51.100.3'), 401)).toBe(10);
  }, 60_000);

  it('count who has a token by the principal, wherever from', async () => {
    const { token } = await ApiClient.login(stack.file);
    const headers = { authorization: `Bearer ${token}` };
    const seen = await send(150, '198.51.100.4', 'auth/me', { headers });
    expect(count(seen, 200)).toBe(150);
    const elsewhere = await send(250, '198.51.100.5', 'auth/me', { headers });
    expect([count(elsewhere, 200), count(elsewhere, 429)]).toEqual([150, 100]);
    expect(count(await send(10, '198.51.100.4'), 401)).toBe(10);
  }, 60_000);

  it('hold while Redis hangs and when it is killed, without one 500, and are shared again after that', async () => {
    const get = async (path: string) => (await fetch(`${stack.file.api}${path}`)).text();
    const redis = stack.reload().pids.redis as number;
    expect(count(await send(60, '198.51.100.6'), 401)).toBe(60);
    process.kill(redis, 'SIGSTOP');
    const hanging = await send(300, '198.51.100.6');
    expect(count(hanging, 401) + count(hanging, 429)).toBe(300);
    // Each process for itself: what it has let pass before, it remembers.
    expect(count(hanging, 401)).toBe(2 * 100 - 60);
    expect(JSON.parse(await get('/readyz'))).toMatchObject({ status: 'degraded', rateLimits: 'per process' });
    expect(await get('/metrics')).toMatch(/^ymera_rate_limit_fallback\{[^}]*\} 1$/m);
    stack.kill('redis');
    const killed = await send(100, '198.51.100.6');
    expect(count(killed, 429)).toBe(100);
    await stack.waitRestarted('redis');
    await until(async () => {
      await send(2, '198.51.100.7');
      const said = await Promise.all(origins.map(async (origin) => (await fetch(`${origin}/readyz`)).text()));
      return said.every((text) => text.includes('"rateLimits":"shared"'));
    }, 'shared limits');
    const after = await send(150, '198.51.100.8');
    expect([count(after, 401), count(after, 429)]).toEqual([100, 50]);
    expect(await get('/metrics')).toMatch(/^ymera_rate_limit_fallback\{[^}]*\} 0$/m);
  }, 90_000);
});
