import { startTestApi, type TestApi } from '../../stand-ins';

type Json = Record<string, unknown> & { code: string };
type Blame = { events: { sequence: number; principal: string; changes: object[] }[]; next: string | null };
const born = '2026-01-01T00:00:00.000Z';
const later = '2026-01-01T00:00:01.000Z';

describe('moments over HTTP', () => {
  let api: TestApi;
  const get = async <T = Json>(path: string): Promise<T> => (await (await api.call('GET', path)).json()) as T;
  const post = (path: string, body: object, headers = {}) => api.call('POST', path, body, headers);
  const set = (key: string, value: unknown) =>
    post('agents/f/commands', { type: 'SetFlag', data: { key, value }, reason: `it was ${String(value)}` });
  const acts = (type: string) => api.identity.acts.filter((act) => act.type === type);

  beforeEach(async () => {
    api = await startTestApi();
    await post('agents', { kind: 'flags', id: 'f' });
    await set('a', 1);
    await set('b', 2);
    await set('a', 3);
    await post('agents/f/config', { max_flags: 7 });
  });
  afterEach(() => api[Symbol.asyncDispose]());

  it('are after an event or at a time, of whatever offset', async () => {
    expect(await get(`agents/f/state?at=${born}`)).toMatchObject({ sequence: 1, state: { flags: {} } });
    expect(await get('agents/f/state?at=2026-01-01T01:00:00.999%2B01:00')).toMatchObject({ sequence: 1 });
    expect(await get(`agents/f/state?at=${later}`)).toMatchObject({ sequence: 5, configVersion: 2 });
    expect(await get(`agents/f/diff?from=${born}&to=2`)).toEqual({
      from: 1,
      to: 2,
      diff: [{ op: 'add', path: '/state/flags/a', value: 1 }],
    });
    expect((await get('agents/f/state?at=2025-12-31T23:59:59Z')).code).toBe('out_of_range');
    for (const at of ['0', 'x', '-1', '2026-01-01', '2026-12-31T23:59:60Z', '9007199254740993', '1.5']) {
      expect((await get(`agents/f/state?at=${at}`)).code).toBe('invalid_parameter');
    }
  });

  it('say who has changed a value, newest first, page by page', async () => {
    const all = await get<Blame>('agents/f/blame?path=/state/flags/a');
    expect(all).toEqual({
      events: [
        expect.objectContaining({
          sequence: 4,
          time: later,
          type: 'ymera.flags.FlagSet',
          principal: 'ann',
          reason: 'it was 3',
          changes: [{ path: '/state/flags/a', before: 1, after: 3 }],
          truncated: false,
        }),
        expect.objectContaining({ sequence: 2, changes: [{ path: '/state/flags/a', after: 1 }] }),
      ],
      next: null,
    });
    const first = await get<Blame>('agents/f/blame?path=/state&limit=2');
    expect(first.events.map(({ sequence }) => sequence)).toEqual([4, 3]);
    expect(first.events[1]?.changes).toEqual([{ path: '/state/flags/b', after: 2 }]);
    const second = await get<Blame>(`agents/f/blame?path=/state&limit=2&cursor=${first.next}`);
    expect(second.events.map(({ sequence }) => sequence)).toEqual([2, 1]);
    expect(second.next).toBeNull();
    const { events } = await get<Blame>('agents/f/blame?path=/config/max_flags');
    expect(events.map(({ changes }) => changes)).toEqual([
      [{ path: '/config/max_flags', before: 500, after: 7 }],
      [{ path: '/config/max_flags', after: 500 }],
    ]);
    expect((await get<Blame>('agents/f/blame?path=/state/constructor')).events).toEqual([]);
    for (const path of ['', '/', '/hash', '/state/~2']) {
      expect((await get(`agents/f/blame?path=${encodeURIComponent(path)}`)).code).toBe('invalid_parameter');
    }
  });

  it('are on record as read: once a minute for each reader and agent, and each blame', async () => {
    for (const path of [
      'state',
      'state?at=1',
      'state?at=2',
      'diff?from=1&to=2',
      'blame?path=/state',
      'blame?path=/name',
    ]) {
      expect((await api.call('GET', `agents/f/${path}`)).status).toBe(200);
    }
    expect(acts('PastRead')).toMatchObject([{ principal: 'ann', about: 'f', detail: { at: '1' } }]);
    expect(acts('ChangesTraced').map(({ detail }) => detail)).toEqual([{ path: '/state' }, { path: '/name' }]);
  });

  it('are where forks begin, and a retry finds the fork that is there', async () => {
    const key = { 'idempotency-key': 'k' };
    const made = await post('agents/f/fork', { at: 3, name: 'Again', reason: 'why' }, key);
    const fork = (await made.json()) as Json & { id: string };
    const source = api.agents.records.get('f') ?? [];
    expect([made.status, made.headers.get('location')]).toEqual([201, `/api/v1/agents/${fork.id}`]);
    expect(fork).toMatchObject({
      name: 'Again',
      status: 'running',
      state: { flags: { a: 1, b: 2 } },
      config: { max_flags: 500 },
      configVersion: 1,
      sequence: 1,
      forkedFrom: { agent: 'f', sequence: 3, hash: source[2]?.hash },
    });
    expect(source).toHaveLength(5);
    const [first] = api.agents.records.get(fork.id) ?? [];
    expect(first).toMatchObject({ type: 'ymera.flags.AgentForked', principal: 'ann', reason: 'why' });
    expect(await get(`agents/${fork.id}/state?at=1`)).toMatchObject({ state: { flags: { a: 1 } } });
    const again = await post('agents/f/fork', { at: 3, name: 'Again', reason: 'why' }, key);
    expect([((await again.json()) as Json)['id'], again.headers.get('idempotent-replayed')]).toEqual([fork.id, 'true']);
    expect(((await (await post('agents', { kind: 'flags' }, key)).json()) as Json)['id']).not.toBe(fork.id);
    const refused = async (body: object) => ((await (await post('agents/f/fork', body)).json()) as Json).code;
    expect(await refused({ at: 99 })).toBe('out_of_range');
    expect(await refused({ id: 'f' })).toBe('agent_exists');
    expect(await refused({ at: 'yesterday' })).toBe('invalid_body');
  });

  it('bound what a socket will be told to play', async () => {
    expect(await get(`agents/f/replay?from=${later}&speed=10`)).toMatchObject({
      from: 2,
      to: 5,
      events: 4,
      begins: later,
      message: { op: 'replay', agent: 'f', from: '2', to: '5', speed: 10 },
    });
    expect((await get('agents/f/replay?from=3&to=2')).code).toBe('out_of_range');
  });
});
