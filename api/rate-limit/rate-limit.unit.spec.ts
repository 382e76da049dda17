import { once } from 'node:events';
import type { Redis } from 'ioredis';
import pino from 'pino';
import { Registry } from 'prom-client';
import { WebSocket } from 'ws';
import { Clients } from '../client';
import { createApiMetrics } from '../metrics';
import { startTestApi, type TestApi } from '../stand-ins';
import { serveWebSockets } from '../ws/upgrade';
import type { LimitClass } from './classes';
import { limitFields, rateLimited } from './fields';
import { RateLimiter } from './limiter';

/** Redis is away: what is tested here is who is counted where. */
const away = { status: 'end', on: () => undefined } as unknown as Redis;
const small: Record<LimitClass, number> = {
  address: 4,
  credential: 4,
  principal: 6,
  login: 2,
  vitals: 3,
  hook: 3,
  csp: 2,
  upgrade: 2,
};

describe('a request is counted', () => {
  let api: TestApi;
  let limits: RateLimiter;
  beforeEach(async () => {
    limits = new RateLimiter(away, small, createApiMetrics(new Registry()), pino({ level: 'silent' }));
    api = await startTestApi({ limits, clients: new Clients('127.0.0.1') });
  });
  afterEach(() => api[Symbol.asyncDispose]());

  /** Statuses of so many requests, one after another. */
  async function statuses(count: number, path: string, init: RequestInit = {}): Promise<number[]> {
    const found: number[] = [];
    for (let i = 0; i < count; i += 1) found.push((await fetch(`${api.origin}${path}`, init)).status);
    return found;
  }
  const bearer = async (subject: string) => ({
    headers: { authorization: `Bearer ${await api.tokens.issue(subject, api.identity.join(subject, ['admin']))}` },
  });
  const post = (path: string, headers: Record<string, string> = {}) => [path, { method: 'POST', headers }] as const;

  it('against its address without a credential, and gets a problem beyond that', async () => {
    expect(await statuses(4, '/api/v1/agents')).toEqual([401, 401, 401, 401]);
    const response = await fetch(`${api.origin}/api/v1/agents`);
    expect(response.status).toBe(429);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ code: 'rate_limited', status: 429 });
    const header = (name: string) => response.headers.get(name) ?? '';
    expect(Number(header('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(header('retry-after'))).toBeLessThanOrEqual(60);
    expect(header('ratelimit-policy')).toBe('"address";q=4;w=60');
    expect(header('ratelimit')).toMatch(/^"address";r=0;t=\d+$/);
    expect([header('x-ratelimit-limit'), header('x-ratelimit-remaining')]).toEqual(['4', '0']);
    expect(Number(header('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000);
    expect(header('x-frame-options')).toBe('DENY');
  });

  it('wherever it goes below /api/v1, and nowhere else', async () => {
    expect(await statuses(2, '/api/v1/nowhere')).toEqual([404, 404]);
    expect(await statuses(1, '/api/v1/agents', { method: 'PATCH' })).toEqual([405]);
    expect(await statuses(1, '/api/v1/openapi.json')).toEqual([200]);
    expect(await statuses(1, '/api/v1/openapi.json')).toEqual([429]);
    for (const path of ['/healthz', '/readyz', '/metrics', '/docs', '/docs/assets/swagger-ui.css'])
      expect(await statuses(6, path)).toEqual(Array(6).fill(200));
  });

  it('against its principal with a valid token, not against its address', async () => {
    expect(await statuses(6, '/api/v1/agents', await bearer('ann'))).toEqual(Array(6).fill(200));
    const refused = await fetch(`${api.origin}/api/v1/agents`, await bearer('ann'));
    expect([refused.status, refused.headers.get('ratelimit-policy')]).toEqual([429, '"principal";q=6;w=60']);
    expect(await statuses(1, '/api/v1/agents', await bearer('bob'))).toEqual([200]);
    expect(await statuses(4, '/api/v1/agents')).toEqual([401, 401, 401, 401]);
  });

  it('against its address with a bad token, and beyond that no token is checked', async () => {
    const bad = { headers: { authorization: 'Bearer a.b.c' } };
    const checks = jest.spyOn(api.tokens, 'verify');
    expect(await statuses(10, '/api/v1/agents', bad)).toEqual([401, 401, 401, 401, ...Array<number>(6).fill(429)]);
    expect(checks.mock.calls.length).toBeGreaterThan(0);
    expect(checks.mock.calls.length).toBeLessThanOrEqual(5);
    expect(await statuses(1, '/api/v1/agents', { headers: { authorization: 'Basic x' } })).toEqual([429]);
  });

  it('as its principal’s, whatever else came from the address: without credentials, or with bad ones', async () => {
    const [ann, bob] = [await bearer('ann'), await bearer('bob')];
    expect(await statuses(5, '/api/v1/agents')).toEqual([401, 401, 401, 401, 429]);
    expect(await statuses(2, '/api/v1/agents', ann)).toEqual([200, 200]);
    // Each of them is checked and counted; the address has nothing left.
    expect(await statuses(4, '/api/v1/agents', { headers: { authorization: 'Bearer a.b.c' } })).toEqual(
      Array(4).fill(429),
    );
    const checks = jest.spyOn(api.tokens, 'verify');
    expect(await statuses(5, '/api/v1/agents', { headers: { authorization: 'Bearer a.b.c' } })).toEqual(
      Array(5).fill(429),
    );
    expect(checks.mock.calls.length).toBeLessThanOrEqual(1);
    // Known from before; a new one has to wait.
    expect(await statuses(1, '/api/v1/agents', ann)).toEqual([200]);
    expect(await statuses(1, '/api/v1/agents', bob)).toEqual([429]);
  });

  it('against its address where a token goes along with a call that needs none, or that is none', async () => {
    const init = await bearer('ann');
    expect(await statuses(2, '/api/v1/openapi.json', init)).toEqual([200, 200]);
    expect(await statuses(3, '/api/v1/nowhere', init)).toEqual([404, 404, 429]);
  });

  it('in a bucket of its own where its class has one', async () => {
    expect(await statuses(3, ...post('/api/v1/auth/login'))).toEqual([400, 400, 429]);
    expect(await statuses(1, ...post('/api/v1/AUTH/Login/'))).toEqual([429]);
    expect(await statuses(4, ...post('/api/v1/metrics/frontend'))).toEqual([400, 400, 400, 429]);
    expect(await statuses(3, ...post('/api/v1/csp-reports'))).toEqual([400, 400, 429]);
    expect(await statuses(1, '/api/v1/agents')).toEqual([401]);
  });

  it('by its hook, and against its address too where the signature does not hold', async () => {
    expect(await statuses(3, ...post('/api/v1/hooks/one'))).toEqual([401, 401, 401]);
    expect(await statuses(1, ...post('/api/v1/hooks/two'))).toEqual([401]);
    // Four signatures did not hold: made-up hooks do not help.
    expect(await statuses(2, ...post('/api/v1/hooks/three'))).toEqual([429, 429]);
  });

  it('by the address that a trusted proxy tells, of IPv6 by the /64', async () => {
    const via = (address: string) => ({ headers: { 'x-forwarded-for': `1.2.3.4, ${address}` } });
    expect(await statuses(5, '/api/v1/agents', via('198.51.100.1'))).toEqual([401, 401, 401, 401, 429]);
    expect(await statuses(1, '/api/v1/agents', via('198.51.100.2'))).toEqual([401]);
    expect(await statuses(4, '/api/v1/agents', via('2001:db8::1'))).toEqual([401, 401, 401, 401]);
    expect(await statuses(1, '/api/v1/agents', via('2001:db8::ffff'))).toEqual([429]);
    expect(api.lines.map(({ address }) => address)).toContain('2001:db8::ffff');
  });

  it('before it becomes a WebSocket', async () => {
    const { server, logger, clients, access } = api;
    const ports = { access, limits, clients, logger, origins: new Set<string>(), tickets: { claim: async () => true } };
    serveWebSockets(server, {
      ...ports,
      metrics: createApiMetrics(new Registry()),
      perPrincipal: 5,
      onSocket: (socket) => socket.terminate(),
    });
    const open = async (): Promise<number | undefined> => {
      const socket = new WebSocket(`${api.origin.replace('http', 'ws')}/ws`);
      socket.on('error', () => undefined);
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }];
      return response.statusCode;
    };
    expect([await open(), await open(), await open()]).toEqual([401, 401, 429]);
  });
});

describe('the fields of a limit', () => {
  const count = { allowed: false, limit: 100, remaining: 0 };

  it.each([
    ['past', -5, 1],
    ['now', 0, 1],
    ['in half a second', 0.5, 1],
    ['in ten seconds, rounded down', 10, 10],
  ])('never ask to come again at once: a reset %s', (_, seconds, least) => {
    const resetsAt = Date.now() / 1000 + seconds;
    const { headers } = rateLimited('address', { ...count, resetsAt });
    expect(Number(headers['Retry-After'])).toBeGreaterThanOrEqual(least);
    expect(Number(headers['Retry-After'])).toBeLessThanOrEqual(60);
  });

  it('are the draft’s structured fields and the old ones', () => {
    const now = Date.now() / 1000;
    expect(limitFields('login', { ...count, limit: 5, remaining: 3, resetsAt: now - 1 })).toEqual({
      'RateLimit-Policy': '"login";q=5;w=60',
      RateLimit: '"login";r=3;t=1',
      'X-RateLimit-Limit': '5',
      'X-RateLimit-Remaining': '3',
      'X-RateLimit-Reset': String(Math.ceil(now - 1)),
    });
  });
});
