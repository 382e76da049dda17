import { Pool } from 'pg';
import { ApiClient, until } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';

/** What the console is fed with beside agents and runs. */
describe('the data of the console', () => {
  let stack: TestStack;
  let api: ApiClient;
  beforeAll(async () => {
    stack = await startTestStack({ env: { METRICS_SAMPLE_SECONDS: '1' } });
    api = await ApiClient.login(stack.reload());
  }, 120_000);
  afterAll(() => stack.stop(), 60_000);

  const vital = (part: object = {}): object => ({
    name: 'LCP',
    value: 800,
    id: `v5-${Math.random()}`,
    sessionId: 'visit-1',
    rating: 'good',
    timestamp: Date.now(),
    url: `${stack.file.api}/agents/shop?ticket=planted-secret`,
    ...part,
  });

  it('are web vitals, from anybody, which come back as quantiles and hold no address', async () => {
    const anyone = ApiClient.anonymous(stack.file);
    for (let i = 1; i <= 20; i += 1) {
      const { status, body } = await anyone.call('POST', 'metrics/frontend', vital({ value: i * 100 }));
      expect([status, body]).toEqual([202, { accepted: true }]);
    }
    expect((await anyone.call('POST', 'metrics/frontend', vital({ url: 'https://elsewhere.example/' }))).status).toBe(
      422,
    );
    expect((await anyone.call('GET', 'metrics/frontend')).status).toBe(401);
    const read = async () => (await api.call('GET', 'metrics/frontend?name=LCP')).body.vitals;
    await until(async () => (await read())[0]?.count === 20, 'the samples');
    expect(await read()).toMatchObject([{ page: '/agents/:id', p50: 1_050, p75: 1_525, ratings: { good: 1 } }]);
    const pool = new Pool({ connectionString: stack.file.postgres });
    const { rows } = await pool.query('SELECT * FROM web_vitals');
    await pool.end();
    expect(rows).toHaveLength(20);
    expect(JSON.stringify(rows)).not.toMatch(/planted-secret|shop|127\.0\.0\.1/);
  });

  it('are metrics of all processes over time', async () => {
    const names = async (): Promise<string[]> =>
      (await api.call('GET', 'metrics')).body.metrics.map(({ name }: { name: string }) => name);
    await until(async () => (await names()).includes('ymera_http_request_duration_seconds'), 'the names');
    const series = async (query: string) => (await api.call('GET', `metrics/series?${query}`)).body;
    const roles = async (): Promise<string[]> =>
      (await series('name=process_resident_memory_bytes')).series.map(
        (each: { labels: { role: string } }) => each.labels.role,
      );
    await until(async () => new Set(await roles()).size === 4, 'samples of each process');
    expect((await roles()).sort()).toEqual(['api', 'evidence', 'projector', 'worker']);
    const took = 'name=ymera_http_request_duration_seconds';
    const route = '/api/v1/metrics/frontend';
    await until(
      async () =>
        (await series(`${took}&quantile=0.95&by=route`)).series.some(
          ({ labels }: { labels: { route: string } }) => labels.route === route,
        ),
      'a quantile of a route',
    );
    const accepted = async (): Promise<[boolean, number]> => {
      const counted = await series(`${took}_count&by=route,status&step=3600`);
      const { points } = counted.series.find(
        ({ labels }: { labels: Record<string, string> }) => labels['route'] === route && labels['status'] === '202',
      );
      const sum = points.reduce((total: number, [, rate]: [number, number]) => total + rate * 3600, 0);
      return [counted.rate, Math.round(sum)];
    };
    // A sample may have been taken between them.
    await until(async () => (await accepted())[1] >= 20, 'a sample of all of them');
    expect(await accepted()).toEqual([true, 20]);
  });

  it.each([
    ['metrics/series?name=nonsense', 404, 'metric_not_found'],
    ['metrics/series?name=ymera_ws_sockets&rate=true', 422, 'invalid_reading'],
    ['metrics/series?name=ymera_ws_sockets&quantile=0.5', 422, 'invalid_reading'],
    ['metrics/series?name=ymera_http_request_duration_seconds', 422, 'invalid_reading'],
    ['metrics/series?name=ymera_ws_sockets&step=1', 422, 'invalid_span'],
    ['metrics/series?name=a%20b', 400, 'invalid_parameter'],
    ['metrics/series', 400, 'invalid_parameter'],
  ])('%s is a clear problem', async (path, status, code) => {
    const answer = await api.call('GET', path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('are templates of configs: checked, changed by who has read them, applied, and on record', async () => {
    const small = { kind: 'flags', name: 'Small', config: { max_flags: 50 } };
    const made = await api.call('POST', 'config-templates', { id: 'small', ...small }, { 'idempotency-key': 'once' });
    expect([made.status, made.headers.get('etag'), made.headers.get('location')]).toEqual([
      201,
      '"1"',
      '/api/v1/config-templates/small',
    ]);
    expect(made.body).toMatchObject({ id: 'small', ...small, version: 1, createdBy: 'admin' });
    const again = await api.call('POST', 'config-templates', { id: 'small', ...small }, { 'idempotency-key': 'once' });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    for (const [body, status, code] of [
      [{ id: 'small', ...small }, 409, 'template_exists'],
      [{ ...small, config: { max_flags: 0 } }, 422, 'invalid_config'],
      [{ ...small, kind: 'nonsense' }, 422, 'unknown_kind'],
      [{ ...small, kind: 'policy' }, 403, 'internal_kind'],
      [{ ...small, config: 5 }, 422, 'invalid_body'],
    ] as const) {
      const answer = await api.call('POST', 'config-templates', body);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
    }
    const change = (tag: string) =>
      api.call('PUT', 'config-templates/small', { ...small, config: { max_flags: 60 } }, { 'if-match': tag });
    expect((await change('"1"')).body).toMatchObject({ version: 2, config: { max_flags: 60 } });
    const late = await change('"1"');
    expect([late.status, late.body.code, late.headers.get('etag')]).toEqual([412, 'version_conflict', '"2"']);
    expect((await api.call('PUT', 'config-templates/none', small)).status).toBe(404);

    const { body: template } = await api.call('GET', 'config-templates/small');
    await api.flagsAgent('shop');
    const applied = await api.call('POST', 'agents/shop/config', template.config, { 'if-match': '"1"' });
    expect([applied.status, applied.body.config.max_flags]).toEqual([200, 60]);
    const conflict = await api.call('POST', 'agents/shop/config', template.config, { 'if-match': '"1"' });
    expect([conflict.status, conflict.headers.get('etag')]).toEqual([412, '"2"']);

    await api.call('POST', 'config-templates', { id: 'watch', kind: 'devops', name: 'Watch', config: {} });
    const ids = async (query: string): Promise<string[]> =>
      (await api.call('GET', `config-templates?${query}`)).body.templates.map(({ id }: { id: string }) => id);
    expect(await ids('')).toEqual(['small', 'watch']);
    expect(await ids('kind=devops')).toEqual(['watch']);
    const first = (await api.call('GET', 'config-templates?limit=1')).body;
    expect(await ids(`limit=1&cursor=${first.next}`)).toEqual(['watch']);
    const stale = await api.call('DELETE', 'config-templates/small', undefined, { 'if-match': '"1"' });
    expect([stale.status, stale.headers.get('etag')]).toEqual([412, '"2"']);
    expect((await api.call('DELETE', 'config-templates/small')).status).toBe(200);
    expect((await api.call('DELETE', 'config-templates/small')).status).toBe(404);

    const acts = async () =>
      (await api.events('edge'))
        .filter(({ type }) => type.includes('ConfigTemplate'))
        .map(({ type, principal, data }) => [type, principal, (data as { about: string }).about]);
    await until(async () => (await acts()).length === 4, 'the acts on record');
    expect(await acts()).toEqual([
      ['ymera.edge.ConfigTemplateSaved', 'admin', 'small'],
      ['ymera.edge.ConfigTemplateSaved', 'admin', 'small'],
      ['ymera.edge.ConfigTemplateSaved', 'admin', 'watch'],
      ['ymera.edge.ConfigTemplateDeleted', 'admin', 'small'],
    ]);
  });

  it('go on after the database was away', async () => {
    stack.kill('postgres');
    expect((await ApiClient.anonymous(stack.file).call('POST', 'metrics/frontend', vital())).status).toBe(202);
    await stack.waitRestarted('postgres');
    const read = async () => (await api.call('GET', 'metrics/frontend?page=/after')).body.vitals?.length;
    await until(async () => {
      await ApiClient.anonymous(stack.file).call('POST', 'metrics/frontend', vital({ url: `${stack.file.api}/after` }));
      return (await read()) === 1;
    }, 'samples after the outage');
  }, 60_000);
});
