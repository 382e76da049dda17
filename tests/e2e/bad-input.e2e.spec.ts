import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient, type Answer } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';

const json = { 'content-type': 'application/json' };
const deep = '['.repeat(10_000) + ']'.repeat(10_000);

describe('bad input', () => {
  let stack: TestStack;
  let api: ApiClient;
  let pid: number;
  beforeAll(async () => {
    stack = await startTestStack();
    api = await ApiClient.login(stack.reload());
    await api.flagsAgent('f');
    pid = stack.reload().pids.api ?? 0;
  }, 120_000);
  afterAll(() => stack.stop(), 60_000);

  const send =
    (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = json) =>
    () =>
      api.raw('POST', '/api/v1/agents/f/commands', { body, headers });
  const command = (type: string, data: unknown) => () => api.call('POST', 'agents/f/commands', { type, data });
  const get = (path: string) => () => api.call('GET', path);

  const cases: [what: string, request: () => Promise<Answer>, status: number, code?: string][] = [
    ['an unknown agent', get('agents/nobody'), 404, 'agent_not_found'],
    [
      'a command to an unknown agent',
      () => api.call('POST', 'agents/nobody/commands', { type: 'SetFlag', data: {} }),
      404,
    ],
    ['an unknown command', command('Nonsense', {}), 422, 'unknown_command'],
    ['an inherited name as a command', command('constructor', {}), 422, 'unknown_command'],
    ['wrong data', command('SetFlag', { key: 1 }), 422, 'invalid_command'],
    ['an unknown kind', () => api.call('POST', 'agents', { kind: 'nonsense' }), 422, 'unknown_kind'],
    ['an unknown field', () => api.call('POST', 'agents', { kind: 'flags', colour: 'red' }), 422, 'invalid_body'],
    ['a bad id', () => api.call('POST', 'agents', { kind: 'flags', id: '../x' }), 422, 'invalid_body'],
    ['a taken id', () => api.call('POST', 'agents', { kind: 'flags', id: 'f' }), 409, 'agent_exists'],
    ['10 MB', send(`{"type":"SetFlag","data":"${'x'.repeat(10_000_000)}"}`), 413],
    ['10,000 levels', send(`{"type":"SetFlag","data":${deep}}`), 400],
    ['half a JSON', send('{"type":'), 400],
    ['nothing', send(''), 400],
    ['a poisoned prototype', send('{"type":"SetFlag","data":{},"__proto__":{"x":1}}'), 400],
    ['broken UTF-8', send(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])), 400],
    ['another content type', send('a=b', { 'content-type': 'application/x-www-form-urlencoded' }), 415],
    ['a bad cursor', get('agents?cursor=%00nonsense'), 400],
    ['a state beyond the end', get('agents/f/state?at=99'), 404],
    ['a state before the beginning', get('agents/f/state?at=0'), 400],
    ['a state at no number', get('agents/f/state?at=x'), 400],
    ['an unknown path', get('nonsense'), 404],
    ['an unknown method', () => api.call('PUT', 'agents/f'), 405],
  ];

  it.each(cases.map(([what, request, status, code]) => ({ what, request, status, code })))(
    '$what is a clear problem',
    async (row) => {
      const { status } = row;
      const answer = await row.request();
      expect([answer.status, answer.body.code]).toEqual([status, row.code ?? answer.body.code]);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.body).toMatchObject({
        status,
        title: expect.any(String),
        code: expect.any(String),
        type: expect.any(String),
      });
      expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\bat .*:\d+:\d+/);
    },
  );

  it.each([
    ['no token', {}],
    ['a token of nobody', { authorization: 'Bearer x.y.z' }],
    [
      'an unsigned token',
      {
        authorization: `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"admin"}').toString('base64url')}.`,
      },
    ],
  ])('%s opens nothing', async (_what, headers) => {
    for (const path of ['agents', 'agents/f', 'agents/f/config', 'system/info']) {
      const response = await fetch(`${api.origin}/api/v1/${path}`, { headers: headers as Record<string, string> });
      expect(response.status).toBe(401);
      await response.text();
    }
  });

  it('leaves the process alive, the agent as it was, and one line per request in its log', async () => {
    expect(stack.reload().pids.api).toBe(pid);
    expect((await api.call('GET', 'agents/f')).body.sequence).toBe(1);
    const marker = `marker-${Date.now()}`;
    const lines = async () => (await readFile(join(stack.home, 'logs/api.log'), 'utf8')).split('\n');
    const before = (await lines()).length;
    await api.raw('POST', `/api/v1/agents/${marker}/commands`, { body: '{', headers: json });
    await new Promise((resolve) => setTimeout(resolve, 300));
    // The line of the request before may have come late.
    const added = (await lines()).slice(before - 1).filter((line) => line.includes(marker));
    expect(added).toHaveLength(1);
  });
});
