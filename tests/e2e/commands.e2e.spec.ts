import { checkChain } from '../../actors/core/hash-chain';
import { ApiClient } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';

describe('commands', () => {
  let stack: TestStack;
  let api: ApiClient;
  beforeAll(async () => {
    stack = await startTestStack();
    api = await ApiClient.login(stack.reload());
  }, 120_000);
  afterAll(() => stack.stop(), 60_000);

  it('3,000 to one agent cross many continue-as-news with sequence, chain, dedupe and config intact', async () => {
    await api.flagsAgent('busy', { max_flags: 7 });
    const first = await api.setFlag('busy', 'first', 1, 'the-first-key');
    expect(first.status).toBe(200);
    const firstRun = (await api.call('GET', 'agents/busy')).body;
    let sent = 0;
    const send = async (): Promise<void> => {
      while (sent < 3000) {
        const value = (sent += 1);
        expect((await api.setFlag('busy', 'count', value)).status).toBe(200);
      }
    };
    await Promise.all(Array.from({ length: 8 }, send));
    const { body: agent } = await api.call('GET', 'agents/busy');
    expect(agent).toMatchObject({
      sequence: 3002,
      configVersion: 1,
      config: { max_flags: 7, checkpoint_interval: 60 },
    });
    const events = await api.events('busy');
    expect(events).toHaveLength(3002);
    expect(checkChain(events)).toBeNull();
    expect(agent.hash).toBe(events.at(-1)?.hash);
    expect(new Set(events.slice(2).map(({ data }) => (data as { value: number }).value)).size).toBe(3000);

    const again = await api.setFlag('busy', 'first', 1, 'the-first-key');
    expect(again.status).toBe(200);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body.events).toEqual(first.body.events);
    expect((await api.call('GET', 'agents/busy')).body.sequence).toBe(3002);
    expect(firstRun.sequence).toBe(2);
  }, 240_000);

  it('in a batch succeed or fail alone, in order', async () => {
    await api.flagsAgent('mixed', { max_flags: 1 });
    const flag = (key: string) => ({ type: 'SetFlag', data: { key, value: true } });
    const { status, body } = await api.call('POST', 'agents/mixed/commands', [
      flag('a'),
      flag('b'),
      { type: 'Nonsense', data: {} },
      { type: 'RemoveFlag', data: { key: 'a' } },
    ]);
    expect(status).toBe(200);
    const results = (Array.isArray(body) ? body : body.results) as { status: string }[];
    expect(results.map((r) => r.status)).toEqual(['accepted', 'rejected', 'rejected', 'accepted']);
    expect((await api.call('GET', 'agents/mixed')).body).toMatchObject({ sequence: 3, state: { flags: {} } });
  });

  it('reads its own writes: state at each event, and the events themselves', async () => {
    await api.flagsAgent('past');
    for (const value of [1, 2, 3]) await api.setFlag('past', 'k', value);
    const { body } = await api.call('GET', 'agents/past/state?at=3');
    expect(body).toMatchObject({ sequence: 3, state: { flags: { k: 2 } } });
    expect(await api.events('past')).toHaveLength(4);
    const lines = await api.raw('GET', '/api/v1/agents/past/events?from=2&to=3', {
      headers: { accept: 'application/x-ndjson' },
    });
    expect(
      (lines.body as string)
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { sequence: number }).sequence),
    ).toEqual([2, 3]);
  });

  it('a stopped agent keeps its history and takes nothing more', async () => {
    await api.flagsAgent('ended');
    expect((await api.call('DELETE', 'agents/ended')).status).toBe(200);
    expect((await api.setFlag('ended', 'k', 1)).body.code).toBe('agent_stopped');
    expect((await api.call('GET', 'agents/ended')).body).toMatchObject({ status: 'stopped', sequence: 2 });
    expect(await api.events('ended')).toHaveLength(2);
    expect((await api.call('POST', 'agents', { kind: 'flags', id: 'ended' })).status).toBe(409);
  });

  it('a socket that comes back with `since` misses nothing and gets nothing twice', async () => {
    await api.flagsAgent('followed');
    const first = await api.follow({ agents: ['followed'], types: [] });
    for (let i = 1; i <= 5; i += 1) await api.setFlag('followed', 'k', i);
    const seen = (frames: typeof first.frames) => frames.flatMap(({ event }) => (event ? [event.sequence] : []));
    await new Promise((resolve) => setTimeout(resolve, 500));
    first.socket.terminate();
    const since = first.frames.filter(({ op }) => op === 'event').at(-1)?.position;
    for (let i = 6; i <= 30; i += 1) await api.setFlag('followed', 'k', i);
    const second = await api.follow({ agents: ['followed'], types: [], since });
    for (let i = 31; i <= 40; i += 1) await api.setFlag('followed', 'k', i);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    second.socket.terminate();
    expect([...seen(first.frames), ...seen(second.frames)]).toEqual(Array.from({ length: 40 }, (_, i) => i + 2));
  }, 60_000);
});
