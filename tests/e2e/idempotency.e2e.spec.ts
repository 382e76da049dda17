import { ApiClient, until, type Answer } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';

const say = (text: string): string => `name: say\nsteps: [{id: say, action: debug.echo, with: {text: ${text}}}]`;

/** What makes something is sent again under its key: over a real Redis, and while that is down. */
describe('an Idempotency-Key', () => {
  let stack: TestStack;
  let api: ApiClient;
  beforeAll(async () => {
    stack = await startTestStack();
    api = await ApiClient.login(stack.reload());
    expect((await api.call('POST', 'runbooks', { source: say('hello') })).status).toBe(201);
  }, 120_000);
  afterAll(() => stack.stop(), 60_000);

  const post = (path: string, body: object, key: string): Promise<Answer> =>
    api.call('POST', path, body, { 'idempotency-key': key });
  const agents = async (): Promise<number> => (await api.call('GET', 'agents?limit=200')).body.agents.length;
  const runs = async (): Promise<number> => (await api.call('GET', 'runs?limit=200')).body.runs.length;

  it.each<[string, string, object, object]>([
    ['an agent', 'agents', { kind: 'flags' }, { kind: 'flags', name: 'another' }],
    ['a run', 'runs', { runbook: 'say' }, { runbook: 'say', reason: 'another' }],
    [
      'a schedule',
      'schedules',
      { id: 'late', runbook: 'say', every: 86_400 },
      { id: 'late', runbook: 'say', every: 3600 },
    ],
    [
      'a hook',
      'hooks',
      { id: 'door', runbook: 'say', form: 'github', secret: 'secret://key' },
      { id: 'door', runbook: 'say', form: 'generic', secret: 'secret://key' },
    ],
    ['a runbook', 'runbooks', { source: say('good evening') }, { source: say('good night') }],
  ])('makes %s once of ten calls at once, and knows the answer later', async (_, path, body, other) => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post(path, body, `one ${path}`.replace(' ', '-'))),
    );
    const made = answers.filter(({ status, headers }) => status === 201 && !headers.has('idempotent-replayed'));
    expect(made).toHaveLength(1);
    for (const { status, headers, body: answer } of answers.filter((each) => each.status !== 201)) {
      expect([status, answer.code, headers.get('retry-after')]).toEqual([409, 'key_in_flight', '1']);
    }
    const again = await post(path, body, `one-${path}`);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(again.body).toEqual(made[0]?.body);
    expect(again.headers.get('location')).toBe(made[0]?.headers.get('location'));
    expect(again.headers.get('etag')).toBe(made[0]?.headers.get('etag'));
    const reused = await post(path, other, `one-${path}`);
    expect([reused.status, reused.body.code]).toEqual([422, 'key_reused']);
  });

  it('begins one run of a schedule, however often it is triggered under one key', async () => {
    await api.call('POST', 'schedules', { id: 'now', runbook: 'say', every: 86_400 });
    for (let i = 0; i < 3; i += 1) expect((await post('schedules/now/trigger', {}, 'trigger')).status).toBe(200);
    const taken = async (): Promise<number> => (await api.call('GET', 'schedules/now')).body.counts.taken as number;
    await until(async () => (await taken()) > 0, 'the run');
    expect(await taken()).toBe(1);
  });

  it('leaves the key free where the call was refused', async () => {
    const refused = await post('runs', { runbook: 'not-there' }, 'refused');
    expect([refused.status, refused.body.code]).toEqual([404, 'runbook_not_found']);
    const { status, headers } = await post('runs', { runbook: 'say' }, 'refused');
    expect([status, headers.get('idempotent-replayed')]).toEqual([201, null]);
  });

  /** What a list holds, from page to page, as the Link header leads. */
  const walk = async (list: string, of: string, what: string): Promise<unknown[]> => {
    const seen: unknown[] = [];
    for (let path: string | undefined = `${list}?limit=1`; path !== undefined;) {
      const { status, body, headers }: Answer = await api.call('GET', path);
      expect([status, (body[of] as object[]).length]).toEqual([200, 1]);
      seen.push((body[of] as Record<string, unknown>[])[0]?.[what]);
      path = /^<\/api\/v1\/(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    }
    return seen;
  };

  it('lists page by page, as the Link header leads', async () => {
    for (const id of ['a', 'b']) {
      await api.call('POST', 'hooks', { id, runbook: 'say', form: 'github', secret: 'secret://key' });
      await api.call('POST', 'schedules', { id, runbook: 'say', every: 86_400 });
    }
    expect(await walk('hooks', 'hooks', 'id')).toEqual(['b', 'a', 'door']);
    expect(await walk('runbooks/say/versions', 'versions', 'version')).toEqual([2, 1]);
    // Temporal lists a new schedule a moment later.
    await until(async () => (await api.call('GET', 'schedules')).body.schedules.length === 4, 'the schedules');
    expect(await walk('schedules', 'schedules', 'id')).toEqual(['a', 'b', 'late', 'now']);
  });

  it('keeps a runbook only where its newest version is the one that was read', async () => {
    const { headers, body } = await api.call('GET', 'runbooks/say');
    const tag = headers.get('etag') ?? '';
    expect(tag).toBe(`"${body.version}"`);
    expect((await api.call('GET', 'runbooks/say', undefined, { 'if-none-match': tag })).status).toBe(304);
    const save = (text: string) => api.call('POST', 'runbooks', { source: say(text) }, { 'if-match': tag });
    const saved = await Promise.all(['one', 'two', 'three'].map(save));
    expect(saved.map(({ status }) => status).sort()).toEqual([201, 412, 412]);
    expect((await api.call('GET', 'runbooks/say', undefined, { 'if-none-match': tag })).status).toBe(200);
  });

  it('makes nothing twice while Redis is down', async () => {
    const agent = { kind: 'flags', name: 'once' };
    const first = [await post('agents', agent, 'down'), await post('runs', { runbook: 'say' }, 'down')];
    const counts = async (): Promise<number[]> => [await agents(), await runs()];
    await until(async () => (await agents()) >= 2, 'the read side');
    stack.kill('redis');
    const again = [await post('agents', agent, 'down'), await post('runs', { runbook: 'say' }, 'down')];
    // Redis may be back in between: the others meet the first one then.
    const tries = await Promise.all(Array.from({ length: 5 }, () => post('agents', agent, 'fresh')));
    const fresh = tries.filter(({ body }) => body.code !== 'key_in_flight');
    expect(new Set([...first, ...again, ...fresh].map(({ status }) => status))).toEqual(new Set([201]));
    expect(again.map(({ body }) => body.id as string)).toEqual(first.map(({ body }) => body.id as string));
    expect(new Set(fresh.map(({ body }) => body.id as string)).size).toBe(1);
    await stack.waitRestarted('redis');
    const later = [await post('agents', agent, 'down'), await post('runs', { runbook: 'say' }, 'down')];
    expect(later.map(({ body }) => body.id as string)).toEqual(first.map(({ body }) => body.id as string));
    // The agents of the first test, of this one, and the one made in the outage; the runs likewise.
    await until(async () => (await counts()).join() === '3,4', 'the read side');
  }, 60_000);
});
