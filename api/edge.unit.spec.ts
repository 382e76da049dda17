import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createApiMetrics } from './metrics';
import { Registry } from 'prom-client';
import { emptyLedger, noLimits, startTestApi, type TestApi } from './stand-ins';
import { serveWebSockets } from './ws/upgrade';

const exact = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-xss-protection': '1; mode=block',
  'referrer-policy': 'strict-origin-when-cross-origin',
};

/** What comes back for these bytes. */
async function raw(api: TestApi, text: string): Promise<string> {
  const socket = connect(Number(new URL(api.origin).port), '127.0.0.1');
  socket.write(text);
  let answer = '';
  socket.on('data', (data: Buffer) => (answer += data.toString()));
  await Promise.race([once(socket, 'close'), delay(1_000)]);
  socket.destroy();
  return answer;
}

function parsed(answer: string): { status: number; headers: Record<string, string> } {
  const [first = '', ...lines] = (answer.split('\r\n\r\n', 1)[0] ?? '').split('\r\n');
  const headers = lines.map((line) => [line.split(':', 1)[0]?.toLowerCase(), line.replace(/^[^:]*: ?/, '')] as const);
  return { status: Number(first.split(' ')[1]), headers: Object.fromEntries(headers) as Record<string, string> };
}

describe('every answer', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
    const { access, clients, server, logger } = api;
    serveWebSockets(server, {
      metrics: createApiMetrics(new Registry()),
      access,
      perPrincipal: 5,
      clients,
      limits: noLimits,
      tickets: { claim: async () => true },
      origins: new Set(),
      logger,
      onSocket: () => undefined,
    });
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const request = (line: string, headers = ''): string =>
    `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`;
  const cases: [string, number, string][] = [
    ['a health check', 200, request('GET /healthz')],
    ['a health check by another method', 405, request('POST /healthz')],
    ['a metric page', 200, request('GET /metrics')],
    ['the console', 200, request('GET /')],
    ['a page', 200, request('GET /docs')],
    ['a static file', 200, request('GET /docs/assets/swagger-ui.css')],
    ['an answer of OPTIONS', 200, request('OPTIONS /api/v1/agents')],
    ['what is not there', 404, request('GET /nowhere')],
    ['another method', 405, request('PATCH /api/v1/agents')],
    ['a method that nobody knows', 405, request('PROPFIND /api/v1/agents')],
    ['no credential', 401, request('GET /api/v1/agents')],
    ['no WebSocket', 426, request('GET /ws')],
    ['a refused upgrade', 401, request('GET /ws', 'Upgrade: websocket\r\nConnection: Upgrade\r\n')],
    ['an upgrade elsewhere', 404, request('GET /healthz', 'Upgrade: h2c\r\nConnection: Upgrade\r\n')],
    ['an expectation that nobody knows', 200, request('GET /healthz', 'Expect: wonders\r\n')],
    ['broken HTTP', 400, 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n'],
    ['no host', 400, 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['headers too large', 431, request('GET /healthz', `X: ${'x'.repeat(20_000)}\r\n`)],
  ];

  it.each(cases)('%s (%d) has the headers', async (_, status, text) => {
    const answer = await raw(api, text);
    const { status: found, headers } = parsed(answer);
    expect(found).toBe(status);
    expect(headers).toMatchObject(exact);
    expect(headers['content-security-policy']).toMatch(/^default-src '(self|none)'/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe/);
    for (const name of ['server', 'x-powered-by', 'via']) expect(headers).not.toHaveProperty(name);
    expect(answer).not.toMatch(/koa|node\.?js\/|node_modules/i);
  });

  it('has the headers where the body can not be written, and says no more than a problem', async () => {
    const list = async () => ({ agents: [], next: null, secret: 1n });
    const broken = await startTestApi({ ledger: { ...emptyLedger, list } });
    const response = await broken.call('GET', 'agents');
    expect([response.status, response.headers.get('content-type')]).toEqual([
      500,
      'application/problem+json; charset=utf-8',
    ]);
    expect(Object.fromEntries(response.headers)).toMatchObject(exact);
    expect(await response.text()).not.toMatch(/BigInt/);
    await broken[Symbol.asyncDispose]();
  });

  it('has no CORS header unless origins are configured', async () => {
    const { headers } = await fetch(`${api.origin}/healthz`, { headers: { origin: 'https://ops.example' } });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('CORS', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ corsOrigins: new Set(['https://ops.example']) });
  });
  afterAll(() => api[Symbol.asyncDispose]());
  const preflight = (origin: string) =>
    fetch(`${api.origin}/api/v1/agents`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it('answers preflights of the origins that may', async () => {
    const { status, headers } = await preflight('https://ops.example');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('https://ops.example');
    expect(headers.get('access-control-allow-methods')).toContain('DELETE');
    expect(headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toContain('Origin');
  });

  it.each(['https://evil.example', 'https://ops.example.evil', 'null'])('tells %s nothing', async (origin) => {
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('lets a page read errors too, with what it needs of their headers', async () => {
    const { status, headers } = await fetch(`${api.origin}/api/v1/agents`, {
      headers: { origin: 'https://ops.example' },
    });
    expect(status).toBe(401);
    expect(headers.get('access-control-allow-origin')).toBe('https://ops.example');
    for (const name of ['X-Request-Id', 'RateLimit', 'Retry-After', 'ETag', 'Link', 'Location'])
      expect(headers.get('access-control-expose-headers')?.split(',')).toContain(name);
  });
});

describe('reports of the content security policy', () => {
  const registry = new Registry();
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ metrics: createApiMetrics(registry) });
  });
  afterAll(() => api[Symbol.asyncDispose]());
  const send = async (type: string, body: string) => {
    const response = await fetch(`${api.origin}/api/v1/csp-reports`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const modern = (effectiveDirective: unknown) => ({
    type: 'csp-violation',
    body: { effectiveDirective, blockedURL: 'inline', documentURL: 'https://x.example/docs?ticket=secret#a' },
  });

  it('are counted by directive and logged without queries, in both forms', async () => {
    const old = { 'csp-report': { 'violated-directive': "script-src 'self'", 'blocked-uri': 'https://evil.example/?k=secret' } }; // prettier-ignore
    expect(await send('application/csp-report', JSON.stringify(old))).toEqual({ status: 200, body: { received: 1 } });
    const many = [modern('style-src-elem'), modern('x'.repeat(50)), modern(7), { type: 'deprecation', body: {} }];
    expect((await send('application/reports+json', JSON.stringify(many))).body).toEqual({ received: 3 });
    const counted = await registry.getSingleMetricAsString('ymera_csp_reports_total');
    const labels = [...counted.matchAll(/directive="([^"]+)"\} (\d+)/g)].map(([, name, count]) => [name, count]);
    expect(labels).toEqual([['script-src', '1'], ['style-src-elem', '1'], ['other', '2']]); // prettier-ignore
    expect(JSON.stringify(api.lines)).toContain('https://x.example/docs');
    expect(JSON.stringify(api.lines)).not.toContain('secret');
  });

  it.each([
    ['application/json', '{}', 415],
    ['application/csp-report', '', 400],
    ['application/csp-report', '{', 400],
    ['application/csp-report', `"${'x'.repeat(70_000)}"`, 413],
  ])('of %s are refused where they are none', async (type, body, status) => {
    expect((await send(type, body)).status).toBe(status);
  });

  it.each(['{}', '[]', '7', '{"csp-report":[]}'])('that are %s count nothing', async (body) => {
    expect(await send('application/csp-report', body)).toEqual({ status: 200, body: { received: 0 } });
  });
});
