import { until } from '../_util/api-client';
import type { Category } from './lab';

export const frontendMetrics: Category = (lab) => {
  const path = '/api/v1/metrics/frontend';
  const sample = (more: object = {}): Record<string, unknown> => ({
    name: 'LCP',
    value: 812.5,
    id: lab().name('v1'),
    sessionId: 'a-visit',
    rating: 'good',
    timestamp: Date.now(),
    url: `${lab().stack.file.api}/agents`,
    ...more,
  });
  const send = (body: unknown, ask = lab().stranger()) =>
    ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const summary = async (query: string) =>
    (await lab().api.call('GET', `metrics/frontend?${query}`)).body.vitals as Record<string, unknown>[];
  const stored = async (query: string, count: number) => {
    await until(async () => (await summary(query))[0]?.['count'] === count, `${count} samples`);
    return (await summary(query))[0] as Record<string, unknown>;
  };

  it.each(['CLS', 'LCP', 'FID', 'FCP', 'TTFB', 'INP'])(
    'takes a sample of %s from who has not signed in',
    async (name) => {
      expect((await send(sample({ name, value: 0.01 }))).status).toBe(202);
    },
  );

  it.each(['name', 'value', 'id', 'sessionId', 'rating', 'timestamp', 'url'])(
    'refuses a sample without its %s, and names it',
    async (field) => {
      const { [field]: _, ...rest } = sample();
      const answer = await send(rest);
      const problem = (await answer.json()) as { errors: { pointer: string }[] };
      expect([answer.status >= 400, answer.status < 500]).toEqual([true, true]);
      expect(JSON.stringify(problem.errors)).toContain(field);
    },
  );

  it.each([
    { name: 'XYZ' },
    { value: -1 },
    { value: 'fast' },
    { value: 1e9 },
    { rating: 'superb' },
    { timestamp: Date.now() - 3 * 86_400_000 },
    { timestamp: Date.now() + 3_600_000 },
    { url: 'https://elsewhere.example/agents' },
    { url: 'no address' },
    { more: 1 },
  ])('refuses a sample with %j', async (fault) => {
    const answer = await send(sample(fault));
    expect([answer.status >= 400, answer.status < 500]).toEqual([true, true]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('refuses what is no JSON', async () => {
    expect((await send('{"name":')).status).toBe(400);
  });

  it('gives counts and quantiles by page and name', async () => {
    const url = `${lab().stack.file.api}/runs`;
    for (let value = 1; value <= 100; value += 1) await send(sample({ name: 'INP', value, url }));
    const found = await stored('name=INP&page=%2Fruns', 100);
    expect([found['p50'], found['p75'], found['p95']].map((value) => Math.round(value as number))).toEqual([
      expect.closeTo(50, -0.5) as number,
      expect.closeTo(75, -0.5) as number,
      expect.closeTo(95, -0.5) as number,
    ]);
  });

  it('keeps of an address its page alone: neither ids nor what was asked', async () => {
    const url = `${lab().stack.file.api}/agents/ada-lovelace?q=secret#me`;
    await send(sample({ name: 'TTFB', url }));
    expect(await stored('name=TTFB&page=%2Fagents%2F%3Aid', 1)).toMatchObject({ page: '/agents/:id' });
    expect(JSON.stringify(await summary('name=TTFB'))).not.toMatch(/ada|secret|#/);
  });

  it('counts a sample that is sent again once', async () => {
    const again = sample({ name: 'CLS', value: 0.02, url: `${lab().stack.file.api}/approvals` });
    await send(again);
    await send({ ...again, value: 0.05, timestamp: (again['timestamp'] as number) + 1 });
    const last = async () => (await summary('name=CLS&page=%2Fapprovals'))[0];
    await until(async () => (await last())?.['p50'] === 0.05, 'the later value');
    expect(await last()).toMatchObject({ count: 1 });
  });

  it('shows them to nobody who has not signed in', async () => {
    expect((await lab().stranger()(path)).status).toBe(401);
  });

  it('lets 1,000 a minute of one address pass', async () => {
    const ask = lab().stranger();
    const statuses: number[] = [];
    for (let i = 0; i < 21; i += 1) {
      const some = await Promise.all(Array.from({ length: 50 }, () => send('{}', ask)));
      statuses.push(...some.map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(50);
  });
};
