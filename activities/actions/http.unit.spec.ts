import { codeOf, order, outputOf, stepHarness, type StepHarness } from '../_util/step-harness';
import { testServer, type TestServer } from '../_util/http-server';

let harness: StepHarness;
let server: TestServer;
let other: TestServer;
beforeAll(async () => {
  other = await testServer((_, response) => response.end('other'));
  server = await testServer(({ url, body, headers }, response) => {
    const json = (status: number, value: unknown): void =>
      void response
        .writeHead(status, { 'content-type': 'application/json', 'set-cookie': 'session=1' })
        .end(JSON.stringify(value));
    const to = (location: string): void => void response.writeHead(302, { location }).end();
    switch (url) {
      case '/echo':
        return json(200, { body, authorization: headers.authorization });
      case '/gone':
        return json(410, { error: 'gone' });
      case '/large':
        return void response.end('x'.repeat(100_000));
      case '/hang':
        return;
      case '/half':
        return void response.writeHead(200, { 'content-length': '10' }).write('half', () => response.destroy());
      case '/here':
        return to('/echo');
      case '/there':
        return to(`${other.url}/`);
      case '/round':
        return to('/round');
      case '/lies':
        return void response.writeHead(200, { 'content-type': 'application/json' }).end('{');
      default:
        return void response.end(`hello from ${url}`);
    }
  });
});
beforeEach(async () => void (harness = await stepHarness()));
afterEach(async () => {
  await harness.end();
  server.seen.length = 0;
  other.seen.length = 0;
});
afterAll(() => Promise.all([server.end(), other.end()]));

const perform = (action: string, given: object): ReturnType<StepHarness['perform']> =>
  harness.perform({ action, with: given as Record<string, unknown> });
const request = (path: string, given: object = {}): ReturnType<StepHarness['perform']> =>
  perform('http.request', { url: server.url + path, ...given });

describe('http.request', () => {
  it('returns an answer in JSON as a value, and any other as a text', async () => {
    expect(outputOf(await request('/echo'))).toMatchObject({ status: 200, json: { body: '' }, text: '' });
    expect(outputOf(await request('/x'))).toMatchObject({ status: 200, json: null, text: 'hello from /x' });
    expect(outputOf(await request('/lies'))).toMatchObject({ json: null, text: '{' });
  });
  it('keeps cookies to itself', async () => {
    expect(JSON.stringify(outputOf(await request('/echo')))).not.toContain('session');
  });
  it('sends JSON, or a text, and the same key with every attempt', async () => {
    await request('/echo', { method: 'POST', json: { a: 1 } });
    await request('/echo', {
      method: 'PUT',
      text: 'plain',
      headers: { 'Idempotency-Key': 'mine', 'Content-Type': 'text/x' },
    });
    await request('/echo');
    expect(server.seen.map(({ body }) => body)).toEqual(['{"a":1}', 'plain', '']);
    expect(server.seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['run-1:step', 'mine', undefined]);
    expect(server.seen.map(({ headers }) => headers['content-type'])).toEqual([
      'application/json',
      'text/x',
      undefined,
    ]);
  });
  it('carries secrets in headers, and shows them to nobody', async () => {
    harness.secrets['token'] = 'hunter2';
    const result = await request('/echo', { headers: { Authorization: 'Bearer secret://token' } });
    expect(server.seen[0]?.headers.authorization).toBe('Bearer hunter2');
    expect(outputOf(result)).toMatchObject({ json: { authorization: 'Bearer [secret]' } });
  });
  it('fails for any other status than it expects, with the answer', async () => {
    expect(await request('/gone')).toMatchObject({
      error: { code: 'unexpected_status' },
      output: { status: 410, json: { error: 'gone' } },
    });
    expect((await request('/gone', { expect_status: [410] })).status).toBe('succeeded');
    expect(codeOf(await request('/echo', { expect_status: [410] }))).toBe('unexpected_status');
  });
  it('follows redirects on its own host only', async () => {
    expect(outputOf(await request('/here'))).toMatchObject({ status: 200 });
    expect(await request('/there', { headers: { authorization: 'x' } })).toMatchObject({ output: { status: 302 } });
    expect(await request('/round')).toMatchObject({ output: { status: 302 } });
    expect(await request('/here', { method: 'POST', text: 'x' })).toMatchObject({ output: { status: 302 } });
    expect(other.seen).toEqual([]);
  });
  it.each([
    ['/large', { max_bytes: 99_999 }, 'too_large'],
    ['/hang', { timeout: 0.1 }, 'timeout'],
    ['/half', {}, 'unreachable'],
    ['/echo', { method: 'GET', json: {} }, 'invalid_input'],
    ['/echo', { method: 'POST', json: {}, text: '' }, 'invalid_input'],
    ['/echo', { headers: { a: 'x\r\nb: y' } }, 'invalid_input'],
    ['/echo', { headers: { 'a b': 'x' } }, 'invalid_input'],
  ])('%s with %j fails: %s', async (path, given, code) => {
    expect(codeOf(await request(path, given))).toBe(code);
  });
  it.each([
    ['http://127.0.0.1:1/', 'unreachable'],
    ['file:///etc/hostname', 'invalid_input'],
    ['http://me:hunter2@127.0.0.1/', 'invalid_url'],
    ['http://[', 'invalid_url'],
  ])('%s fails: %s', async (url, code) => {
    const result = await perform('http.request', { url });
    expect(codeOf(result)).toBe(code);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
  it('reads or destroys, by its method; a POST is not blindly repeated', async () => {
    const effects = ['GET', 'HEAD', 'POST', 'DELETE'].map(async (method) => {
      const planned = await harness.runner.plan(order({ action: 'http.request', with: { url: server.url, method } }));
      return planned.status === 'planned' ? planned.effect : planned.error.code;
    });
    expect(await Promise.all(effects)).toEqual(['read', 'read', 'destructive', 'destructive']);
    const post = { action: 'http.request', with: { url: `${server.url}/echo`, method: 'POST' } };
    expect(codeOf(await harness.perform(post, { tries: 2 }))).toBe('outcome_unknown');
    expect(server.seen).toEqual([]);
    const promised = { ...post, with: { ...post.with, idempotent: true } };
    expect((await harness.perform(promised, { tries: 2 })).status).toBe('succeeded');
  });
  it('is planned without a request, and with its authorization hidden', async () => {
    const given = {
      url: `${server.url}/echo`,
      method: 'POST',
      json: { a: 1 },
      headers: { 'X-Api-Key': 'literal', accept: 'x' },
    };
    expect(await harness.runner.plan(order({ action: 'http.request', with: given }))).toMatchObject({
      plan: { method: 'POST', body: { a: 1 }, headers: { 'x-api-key': '[hidden]', accept: 'x' } },
    });
    expect(server.seen).toEqual([]);
  });
});

describe('http.check', () => {
  const check = (path: string, given: object = {}): ReturnType<StepHarness['perform']> =>
    perform('http.check', { url: server.url + path, ...given });
  it('is well where everything is as it must be', async () => {
    const given = { contains: 'hello', expect_status: [200], max_latency_ms: 60_000 };
    expect(outputOf(await check('/x', given))).toEqual({
      ok: true,
      status: 200,
      error: null,
      latency_ms: expect.any(Number) as unknown,
    });
  });
  it.each([
    ['/gone', {}, 410],
    ['/x', { contains: 'goodbye' }, 200],
    ['/x', { max_latency_ms: 1e-9 }, 200],
    ['/there', {}, 302],
    ['/hang', { timeout: 0.1 }, null],
    ['/half', {}, null],
  ])('%s with %j is not: it fails, or tells, as it is asked to', async (path, given, status) => {
    expect(await check(path, given)).toMatchObject({ error: { code: 'check_failed' }, output: { ok: false, status } });
    const told = outputOf(await check(path, { ...given, fail: false }));
    expect(told).toEqual({
      ok: false,
      status,
      error: expect.any(String) as unknown,
      latency_ms: expect.any(Number) as unknown,
    });
  });
  it('can be polled until it is well', async () => {
    const late = await testServer((_, response) => response.writeHead(late.seen.length < 3 ? 503 : 200).end());
    const poll = { condition: 'output.ok', everyMs: 1, scope: { input: {}, steps: {} } };
    const result = await harness.perform({ action: 'http.check', with: { url: late.url }, poll });
    await late.end();
    expect(outputOf(result)).toMatchObject({ ok: true, status: 200 });
    expect(late.seen).toHaveLength(3);
  });
});

describe('probe.check', () => {
  it('asks as the agent does that watches', async () => {
    const probe = { type: 'http', url: `${server.url}/gone` };
    expect(await perform('probe.check', { probe })).toMatchObject({
      error: { code: 'check_failed' },
      output: { ok: false },
    });
    expect(outputOf(await perform('probe.check', { probe, fail: false }))).toEqual({
      ok: false,
      error: 'answered 410',
    });
    expect(outputOf(await perform('probe.check', { probe: { ...probe, expect_status: [410] } }))).toEqual({
      ok: true,
      error: null,
    });
    const { port, hostname: host } = new URL(server.url);
    expect(outputOf(await perform('probe.check', { probe: { type: 'tcp', host, port: Number(port) } }))['ok']).toBe(
      true,
    );
    expect(codeOf(await perform('probe.check', { probe: { type: 'other' } }))).toBe('invalid_input');
  });
});

describe('notify', () => {
  it('a webhook gets JSON; its address is kept secret', async () => {
    const url = `${server.url}/hooks/T0K3N-in-path`;
    const given = { url, payload: { text: 'restarted' } };
    expect(outputOf(await perform('notify.webhook', given))).toEqual({ status: 200 });
    expect(server.seen[0]).toMatchObject({ method: 'POST', body: '{"text":"restarted"}' });
    const planned = await harness.runner.plan(order({ action: 'notify.webhook', with: given }));
    expect(planned).toMatchObject({ plan: { posts: { text: 'restarted' }, to: '[secret]' } });
    expect(codeOf(await perform('notify.webhook', { url: `${server.url}/gone`, payload: 1 }))).toBe(
      'unexpected_status',
    );
  });
  it('a notification is told in the result', async () => {
    const result = await perform('notify.notification', { severity: 'critical', title: 'look' });
    expect(result).toMatchObject({
      status: 'succeeded',
      notifications: [{ severity: 'critical', title: 'look', text: '' }],
    });
  });
});

it('debug.echo returns its input', async () => {
  expect(outputOf(await perform('debug.echo', { a: [1, { b: null }] }))).toEqual({ a: [1, { b: null }] });
});
