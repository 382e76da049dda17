import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { cheapHash } from './identity-stand-ins';
import { emptyLedger, startTestApi, type TestApi } from './stand-ins';

type Json = Record<string, unknown> & { events: { sequence: number }[]; code: string };
const json = async (response: Response): Promise<Json> => (await response.json()) as Json;

describe('the app', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startTestApi();
    await api.call('POST', 'agents', { kind: 'flags', id: 'f' });
  });
  afterEach(() => api[Symbol.asyncDispose]());

  const setFlag = (value: unknown, headers = {}) =>
    api.call('POST', 'agents/f/commands', { type: 'SetFlag', data: { key: 'k', value } }, headers);

  const raw = (body: Buffer | string, headers: Record<string, string>) =>
    fetch(`${api.origin}/api/v1/auth/login`, { method: 'POST', body, headers });

  it.each<[string, Buffer | string, number, string, Record<string, string>?]>([
    ['10 MB', `"${'x'.repeat(10_000_000)}"`, 413, 'body_too_large'],
    ['10,000 levels', '['.repeat(10_000) + ']'.repeat(10_000), 400, 'json_too_deep'],
    ['broken UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, 'invalid_encoding'],
    ['no JSON', '{"a":', 400, 'malformed_json'],
    ['nothing', '', 400, 'body_required'],
    ['a poisoned prototype', '{"__proto__":{"a":1}}', 400, 'forbidden_key'],
    ['a form', 'a=b', 415, 'unsupported_media_type', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['no type', Buffer.from('{}'), 415, 'unsupported_media_type', {}],
    ['another charset', '{}', 415, 'unsupported_media_type', { 'content-type': 'application/json; charset=latin1' }],
    ['gzip', '{}', 415, 'unsupported_media_type', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    ['an unknown field', '{"username":"a","password":"b","x":1}', 422, 'invalid_body'],
    ['a missing field', '{"username":"a"}', 422, 'invalid_body'],
  ])(
    'refuses a body of %s, and lives',
    async (_, body, status, code, headers = { 'content-type': 'application/json' }) => {
      const response = await raw(body, headers);
      const problem = await json(response);
      expect([response.status, problem.code]).toEqual([status, code]);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect((await fetch(`${api.origin}/healthz`)).status).toBe(200);
    },
  );

  it('reads braces in strings as text', async () => {
    expect((await setFlag('"['.repeat(100))).status).toBe(200);
  });

  it('answers what is not HTTP with a problem and one line', async () => {
    const socket = connect(Number(new URL(api.origin).port), '127.0.0.1');
    const before = api.lines.length;
    socket.end('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 Bad Request[^]*"code":"malformed_request"/);
    expect(api.lines.slice(before)).toHaveLength(1);
  });

  it('logs one line per request, with neither bodies nor tokens', async () => {
    const before = api.lines.length;
    await raw('{"username":"ann","password":"hunter2"}', { 'content-type': 'application/json' });
    await delay(20);
    expect(api.lines.slice(before)).toMatchObject([
      { path: '/api/v1/auth/login', status: 401, problem: 'invalid_credentials' },
    ]);
    expect(JSON.stringify(api.lines)).not.toMatch(/hunter2|Bearer/);
  });

  it('answers a fault without its stack, and logs it', async () => {
    const broken = await startTestApi({ ledger: { ...emptyLedger, list: () => Promise.reject(new Error('a fault')) } });
    const response = await broken.call('GET', 'agents');
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('a fault')]);
    await delay(20);
    expect(broken.lines.at(-1)).toMatchObject({ level: 50, err: { message: 'a fault' } });
    await broken[Symbol.asyncDispose]();
  });

  it('sets its headers on answers and problems alike', async () => {
    for (const path of ['/healthz', '/nowhere', '/docs', '/api/v1/agents']) {
      const { headers } = await fetch(api.origin + path);
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-xss-protection')).toBe('1; mode=block');
      expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
      expect(headers.get('content-security-policy')).toContain("script-src 'self';style-src 'self'");
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
    }
  });

  it('names the faults of a parameter', async () => {
    const problem = await json(await api.call('GET', 'agents?limit=0&nonsense=1'));
    expect(problem).toMatchObject({ status: 400, code: 'invalid_parameter' });
    expect(problem['errors']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: '/limit' }),
        { pointer: '/nonsense', message: 'is not known here' },
      ]),
    );
  });

  it('answers a retry with the same events', async () => {
    const first = await json(await setFlag(1, { 'idempotency-key': 'one' }));
    const again = await setFlag(1, { 'idempotency-key': 'one' });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await json(again)).toEqual({ ...first, status: 'duplicate' });
    expect(first).toMatchObject({ commandId: 'ann:one', sequence: 2 });
  });

  it('makes an agent once for one key', async () => {
    const make = () => api.call('POST', 'agents', { kind: 'flags' }, { 'idempotency-key': 'make' });
    const [first, again] = [await make(), await make()];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await api.call('POST', 'agents', { kind: 'flags', id: 'f' }, { 'idempotency-key': 'other' })).status).toBe(
      409,
    );
  });

  it('points into the body that was sent', async () => {
    const made = await json(await api.call('POST', 'agents', { kind: 'flags', config: { max_flags: 0 } }));
    expect(made).toMatchObject({ status: 422, errors: [{ pointer: '/config/max_flags' }] });
    const sent = await json(
      await api.call('POST', 'agents/f/commands', { type: 'SetFlag', data: { key: '!', value: 1 } }),
    );
    expect(sent).toMatchObject({ status: 422, errors: [{ pointer: '/data/key' }] });
    const set = await json(await api.call('POST', 'agents/f/config', { max_flags: 0 }));
    expect(set).toMatchObject({ status: 422, errors: [{ pointer: '/max_flags' }] });
  });

  it('heeds If-Match, lists versions with their diffs, and rolls back', async () => {
    const set = (max_flags: number, ifMatch: string) =>
      api.call('POST', 'agents/f/config', { max_flags }, { 'if-match': ifMatch });
    expect((await set(7, '"1"')).headers.get('etag')).toBe('"2"');
    expect((await set(8, '"1"')).status).toBe(412);
    expect((await set(8, 'W/"2"')).status).toBe(412);
    expect(await json(await api.call('POST', 'agents/f/config/rollback', { version: 1 }))).toMatchObject({
      version: 3,
    });
    const page = await json(await api.call('GET', 'agents/f/config/versions?limit=2'));
    expect(page).toMatchObject({
      versions: [
        { version: 3, rollbackOf: 1, diff: [{ op: 'replace', path: '/max_flags', value: 500 }] },
        { version: 2, principal: 'ann', diff: [{ op: 'replace', path: '/max_flags', value: 7 }] },
      ],
      next: 2,
    });
    expect((await api.call('POST', 'agents/f/config/rollback', { version: 9 })).status).toBe(404);
  });

  it('pages, streams and folds events', async () => {
    for (const value of [1, 2, 3]) await setFlag(value);
    const page = await api.call('GET', 'agents/f/events?from=2&limit=2');
    expect(page.headers.get('link')).toBe('</api/v1/agents/f/events?from=4&limit=2>; rel="next"');
    expect((await json(page)).events.map(({ sequence }) => sequence)).toEqual([2, 3]);
    const lines = await api.call('GET', 'agents/f/events', undefined, { accept: 'application/x-ndjson' });
    expect((await lines.text()).trim().split('\n')).toHaveLength(4);
    expect(await json(await api.call('GET', 'agents/f/state?at=3'))).toMatchObject({
      sequence: 3,
      state: { flags: { k: 2 } },
    });
    expect((await json(await api.call('GET', 'agents/f/state?at=5'))).code).toBe('out_of_range');
    expect(await json(await api.call('GET', 'agents/f/diff?from=2&to=4'))).toMatchObject({
      diff: [{ op: 'replace', path: '/state/flags/k', value: 3 }],
    });
    expect((await api.call('GET', 'agents/nobody/events', undefined, { accept: 'application/x-ndjson' })).status).toBe(
      404,
    );
  });

  it('logs in who knows the password, and nobody else', async () => {
    api.identity.join('eve', ['auditor'], 'person', await cheapHash('right'));
    const login = (username: string, password: string) => api.call('POST', 'auth/login', { username, password });
    const { access_token } = await json(await login('eve', 'right'));
    const me = await api.call('GET', 'auth/me', undefined, { authorization: `Bearer ${access_token as string}` });
    expect(await json(me)).toMatchObject({ subject: 'eve', roles: ['auditor'], credential: { type: 'session' } });
    expect((await login('eve', 'wrong')).status).toBe(401);
    expect((await login('bob', 'right')).status).toBe(401);
  });

  it('is ready while commands can be accepted', async () => {
    const down = () => Promise.reject(new Error('down'));
    const never = () => new Promise(() => undefined);
    const ok = () => Promise.resolve(1);
    const readiness = async (temporal: () => Promise<unknown>) => {
      const own = await startTestApi({ probes: { temporal, nats: down, redis: ok, postgres: ok } });
      const response = await fetch(`${own.origin}/readyz`);
      const answer = [response.status, await response.json()];
      await own[Symbol.asyncDispose]();
      return answer;
    };
    const rest = { nats: 'down', redis: 'ok', postgres: 'ok' };
    expect(await readiness(ok)).toEqual([
      200,
      { status: 'degraded', dependencies: { temporal: 'ok', ...rest }, rateLimits: 'shared' },
    ]);
    expect(await readiness(never)).toEqual([
      503,
      { status: 'down', dependencies: { temporal: 'down', ...rest }, rateLimits: 'shared' },
    ]);
  });

  it('serves its docs and nothing else of their package', async () => {
    expect((await fetch(`${api.origin}/docs/assets/swagger-ui.css`)).status).toBe(200);
    expect((await fetch(`${api.origin}/docs/assets/package.json`)).status).toBe(404);
    expect((await fetch(`${api.origin}/api/v1/agents`, { method: 'PATCH' })).status).toBe(405);
  });
});
