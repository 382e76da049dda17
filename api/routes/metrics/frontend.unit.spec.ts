import type { VitalSample, VitalsQuery } from '../../../projections/queries/web-vitals';
import { Clients } from '../../client';
import { startTestApi, type TestApi } from '../../stand-ins';

const day = 86_400_000;

describe('web vitals', () => {
  let api: TestApi;
  const taken: VitalSample[] = [];
  const asked: VitalsQuery[] = [];
  beforeAll(async () => {
    const vitals = {
      add: (sample: VitalSample) => void taken.push(sample),
      summarise: async (query: VitalsQuery) => (asked.push(query), []),
    };
    const publicOrigins = new Set(['https://ops.example']);
    api = await startTestApi({ vitals, publicOrigins, clients: new Clients('127.0.0.1') });
  });
  beforeEach(() => {
    taken.length = 0;
    asked.length = 0;
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const sound = () => ({
    name: 'LCP',
    value: 812.4,
    id: 'v5-1-2',
    sessionId: 's-1',
    rating: 'good',
    timestamp: Date.now() as unknown,
    url: `${api.origin}/agents/shop/config?token=secret#ann` as unknown,
  });
  const report = async (body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${api.origin}/api/v1/metrics/frontend`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as { code?: string; errors?: object[] } };
  };

  it('are taken without a credential, and nothing of the address but the page is kept', async () => {
    expect(await report(sound())).toMatchObject({ status: 202, body: { accepted: true } });
    expect(taken).toEqual([
      {
        time: expect.any(Date) as Date,
        name: 'LCP',
        page: '/agents/:id/config',
        value: 812.4,
        rating: 'good',
        sessionId: 's-1',
        sampleId: 'v5-1-2',
      },
    ]);
    expect(JSON.stringify(taken)).not.toMatch(/shop|secret|ann/);
  });

  it('come with a time as text or as number, of the console itself, of another one, or through a proxy', async () => {
    const now = new Date();
    for (const timestamp of [now.toISOString(), now.getTime(), now.getTime() - day + 60_000, now.getTime() + 60_000])
      expect((await report({ ...sound(), timestamp })).status).toBe(202);
    expect(taken[0]?.time).toEqual(now);
    expect(taken[1]?.time).toEqual(now);
    expect((await report({ ...sound(), url: 'https://ops.example/runs/7' })).status).toBe(202);
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'ymera.example' };
    expect((await report({ ...sound(), url: 'https://ymera.example/' }, forwarded)).status).toBe(202);
  });

  it.each(['name', 'value', 'id', 'sessionId', 'rating', 'timestamp', 'url'])(
    'are refused without %s',
    async (part) => {
      const { [part as 'name']: _, ...rest } = sound();
      const { status, body } = await report(rest);
      expect([status, body.code]).toEqual([422, 'invalid_body']);
      expect(body.errors).toContainEqual({ pointer: `/${part}`, message: 'is required' });
      expect(taken).toEqual([]);
    },
  );

  it.each([
    ['an unknown name', { name: 'FPS' }, 'invalid_body'],
    ['a value below 0', { value: -1 }, 'invalid_body'],
    ['a value that is text', { value: '5' }, 'invalid_body'],
    ['a value of half an hour', { value: 1_800_000 }, 'invalid_body'],
    ['a shift that can not be', { name: 'CLS', value: 101 }, 'invalid_vital'],
    ['an unknown rating', { rating: 'bad' }, 'invalid_body'],
    ['an id that is a text', { id: 'Ann Miller' }, 'invalid_body'],
    ['a time that is none', { timestamp: 'yesterday' }, 'invalid_body'],
    ['a time two days ago', { timestamp: Date.now() - 2 * day }, 'invalid_vital'],
    ['a time to come', { timestamp: new Date(Date.now() + day).toISOString() }, 'invalid_vital'],
    ['a number that is no time', { timestamp: Number.MAX_SAFE_INTEGER }, 'invalid_vital'],
    ['no address', { url: 'nonsense' }, 'invalid_vital'],
    ['another origin', { url: 'https://elsewhere.example/agents' }, 'invalid_vital'],
    ['another scheme', { url: 'javascript:alert(1)' }, 'invalid_vital'],
    ['a field more', { user: 'ann' }, 'invalid_body'],
  ])('are refused with %s', async (_, part, code) => {
    const { status, body } = await report({ ...sound(), ...part });
    expect([status, body.code]).toEqual([422, code]);
    expect(taken).toEqual([]);
  });

  it('are refused with credentials in the address', async () => {
    const url = `${api.origin.replace('//', '//ann:secret@')}/agents`;
    expect((await report({ ...sound(), url })).body.code).toBe('invalid_vital');
  });

  it('are JSON, said to be so, and one at a time', async () => {
    const plain = { 'content-type': 'text/plain;charset=UTF-8' };
    expect((await report(JSON.stringify(sound()), plain)).body.code).toBe('unsupported_media_type');
    expect((await report('{"name":')).body.code).toBe('malformed_json');
    expect((await report('{"value":1e999}')).status).toBe(422);
    expect((await report([sound()])).body.code).toBe('invalid_body');
    expect(taken).toEqual([]);
  });

  it('are read by name, page and time', async () => {
    const read = async (query: string) => {
      const response = await api.call('GET', `metrics/frontend${query}`);
      return { status: response.status, code: ((await response.json()) as { code?: string }).code };
    };
    expect(
      await read('?name=LCP&page=/agents/:id&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&step=3600'),
    ).toEqual({
      status: 200,
    });
    expect(await read('')).toEqual({ status: 200 });
    const [from, to] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-02T00:00:00Z')];
    expect(asked[0]).toEqual({ name: 'LCP', page: '/agents/:id', from, to, step: 3600, together: false, limit: 50 });
    expect(asked[1]).toMatchObject({ step: null, together: false });
    expect((asked[1]?.to.getTime() ?? 0) - (asked[1]?.from.getTime() ?? 0)).toBe(day);
    expect(await read('?name=FPS')).toEqual({ status: 400, code: 'invalid_parameter' });
    expect(await read('?step=1')).toEqual({ status: 400, code: 'invalid_parameter' });
    expect(await read('?step=60')).toEqual({ status: 422, code: 'invalid_span' });
    expect(await read('?step=60&pages=together')).toEqual({ status: 200 });
    expect(await read('?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z')).toEqual({
      status: 422,
      code: 'invalid_span',
    });
    expect(await read('?from=2016-01-02T00:00:00Z&to=2026-01-01T00:00:00Z')).toEqual({
      status: 422,
      code: 'invalid_span',
    });
    expect((await fetch(`${api.origin}/api/v1/metrics/frontend`)).status).toBe(401);
  });
});
