import { once } from 'node:events';
import { connect } from 'node:net';
import { problems } from './problems';
import { emptyLedger, emptyRuns, startTestApi, type TestApi } from './stand-ins';

type Json = Record<string, unknown> & { code: string };
const json = async (response: Response): Promise<Json> => (await response.json()) as Json;
const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** What every route keeps to. */
describe('the conventions of the API', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startTestApi();
  });
  afterEach(() => api[Symbol.asyncDispose]());

  it('give every answer an id, the caller’s own where it is a sane one', async () => {
    const own = { headers: { 'x-request-id': 'mine-1' } };
    for (const path of ['/healthz', '/nowhere', '/docs', '/docs/assets/swagger-ui.css', '/api/v1/agents', '/ws']) {
      expect((await fetch(api.origin + path)).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect((await fetch(api.origin + path, own)).headers.get('x-request-id')).toBe('mine-1');
    }
    const odd = await fetch(`${api.origin}/nowhere`, { headers: { 'x-request-id': 'a b"' } });
    const id = odd.headers.get('x-request-id');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await json(odd)).toMatchObject({ instance: `urn:ymera:request:${id}` });
  });

  it('give an id to what is not HTTP too, and name it in the log', async () => {
    const socket = connect(Number(new URL(api.origin).port), '127.0.0.1');
    socket.end('GET / HTTP/1.1\r\nHost: x\r\nBroken Header\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    const id = /\r\nX-Request-Id: ([0-9a-f-]{36})\r\n/.exec(answer.toString())?.[1];
    expect(answer.toString()).toContain(`"instance":"urn:ymera:request:${id}"`);
    expect(api.lines.at(-1)).toMatchObject({ requestId: id, problem: 'malformed_request' });
  });

  it('let the type of each problem lead to its place in the catalogue', async () => {
    const page = await (await fetch(`${api.origin}/docs/problems`)).text();
    const { type, code } = (await json(await api.call('GET', 'agents/nobody'))) as Json & { type: string };
    const url = new URL(type, api.origin);
    expect([url.pathname, url.hash]).toEqual(['/docs/problems', `#${code}`]);
    for (const each of Object.keys(problems)) expect(page).toContain(`<section id="${each}">`);
  });

  it('answer 405 with what a path takes, and do not take it for another one with a parameter in its place', async () => {
    for (const method of ['GET', 'DELETE', 'PUT', 'PATCH']) {
      const refused = await api.call(method, 'runbooks/lint');
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
    }
    expect((await api.call('OPTIONS', 'runbooks/lint')).headers.get('allow')).toBe('POST');
    expect((await api.call('PUT', 'agents')).headers.get('allow')).toBe('HEAD, GET, POST');
    const templated = await api.call('PUT', 'agents/a');
    expect([templated.status, templated.headers.get('allow')?.split(', ').sort()]).toEqual([
      405,
      ['DELETE', 'GET', 'HEAD'],
    ]);
    expect((await api.call('HEAD', 'kinds')).status).toBe(200);
    const overridden = await api.call('POST', 'agents/a', {}, { 'x-http-method-override': 'DELETE' });
    expect(overridden.status).toBe(405);
  });

  it('say 304 to who has a config already, and 412 to who has an older one', async () => {
    await api.call('POST', 'agents', { kind: 'flags', id: 'f' });
    const get = (tag: string) => api.call('GET', 'agents/f/config', undefined, { 'if-none-match': tag });
    const first = await api.call('GET', 'agents/f/config');
    expect([first.headers.get('etag'), first.headers.get('cache-control')]).toEqual(['"1"', 'private, no-cache']);
    const known = await get('"1"');
    expect([known.status, await known.text(), known.headers.get('etag')]).toEqual([304, '', '"1"']);
    expect((await get('W/"1", "7"')).status).toBe(304);
    expect((await get('*')).status).toBe(304);
    expect((await get('"2"')).status).toBe(200);
    const set = await api.call('POST', 'agents/f/config', { max_flags: 7 }, { 'if-match': '"2"' });
    expect([set.status, (await json(set)).code, set.headers.get('etag')]).toEqual([412, 'version_conflict', '"1"']);
    const nonsense = await api.call('POST', 'agents/f/config', { max_flags: 7 }, { 'if-match': 'nonsense' });
    expect([nonsense.status, nonsense.headers.get('etag')]).toEqual([412, '"1"']);
    expect((await api.call('POST', 'agents/f/config', { max_flags: 7 }, { 'if-match': '*' })).status).toBe(200);
    expect((await get('"1"')).status).toBe(200);
  });

  it('hand a runbook’s If-Match on to where it is kept', async () => {
    const expected: unknown[] = [];
    const save = async (_: unknown, version: unknown) => {
      expected.push(version);
      return { version: 3, created: true };
    };
    const own = await startTestApi({ runbooks: { ...emptyRuns.runbooks, save } });
    const source = 'name: a\nsteps: [{id: say, action: debug.echo, with: {a: 1}}]';
    const post = (headers = {}) => own.call('POST', 'runbooks', { source }, headers);
    expect((await post()).headers.get('etag')).toBe('"3"');
    await post({ 'if-match': '"2"' });
    await post({ 'if-match': '*' });
    expect(expected).toEqual([undefined, 2, 'any']);
    expect((await post({ 'if-match': 'nonsense' })).status).toBe(412);
    await own[Symbol.asyncDispose]();
  });

  it('keep a trace in the events, and ignore what is none', async () => {
    const make = async (id: string, traceparent: string) => {
      expect((await api.call('POST', 'agents', { kind: 'flags', id }, { traceparent })).status).toBe(201);
      return api.agents.records.get(id)?.[0]?.traceparent;
    };
    expect(await make('a', trace)).toBe(trace);
    expect(await make('b', 'nonsense')).toBeUndefined();
    expect(await make('c', trace.replace('00-', 'ff-'))).toBeUndefined();
  });

  it('lead from page to page, with what was asked for', async () => {
    const list = async (filter: object, limit: number, cursor?: string) => {
      asked.push([filter, limit, cursor]);
      return { agents: [], next: 'WyIyMDI2LTAxLTAxVDAwOjAwOjAwLjAwMFoiLCJhIl0' };
    };
    const asked: unknown[] = [];
    const own = await startTestApi({ ledger: { ...emptyLedger, list } });
    const first = await own.call('GET', 'agents?kind=flags&limit=2');
    const [, next] = /^<(.*)>; rel="next"$/.exec(first.headers.get('link') ?? '') ?? [];
    expect((await own.call('GET', next?.replace('/api/v1/', '') ?? '')).status).toBe(200);
    expect(asked).toEqual([
      [{ kind: 'flags' }, 2, undefined],
      [{ kind: 'flags' }, 2, 'WyIyMDI2LTAxLTAxVDAwOjAwOjAwLjAwMFoiLCJhIl0'],
    ]);
    await own[Symbol.asyncDispose]();
  });

  it('do a call once for one key, and tell a call that is not the same', async () => {
    const make = (body: object, key = 'k') => api.call('POST', 'agents', body, { 'idempotency-key': key });
    const [one, two] = await Promise.all([make({ kind: 'flags' }), make({ kind: 'flags' })]);
    const statuses = [one.status, two.status].sort();
    expect([[201, 201].join(), [201, 409].join()]).toContain(statuses.join());
    const again = await make({ kind: 'flags' });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(again.headers.get('etag')).toBe('"1"');
    expect(api.agents.records.size).toBe(1);
    expect((await json(await make({ kind: 'flags', name: 'another' }))).code).toBe('key_reused');
    expect((await json(await make({ kind: 'nonsense' }, 'l'))).code).toBe('unknown_kind');
    expect((await make({ kind: 'flags' }, 'l')).status).toBe(201);
    expect((await json(await make({ kind: 'flags' }, 'ü'))).code).toBe('invalid_parameter');
  });
});
