import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiClient, until } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';

describe('config', () => {
  let stack: TestStack;
  let api: ApiClient;
  let server: Server;
  let hits = 0;
  beforeAll(async () => {
    stack = await startTestStack();
    api = await ApiClient.login(stack.reload());
    server = createServer((_request, response) => ((hits += 1), response.end('ok'))).listen(0, '127.0.0.1');
    await api.call('POST', 'agents', { kind: 'devops', id: 'd', config: {} });
  }, 120_000);
  afterAll(async () => {
    server.close();
    await stack.stop();
  }, 60_000);

  const get = async () => (await api.call('GET', 'agents/d/config')).body;

  it('has a schema, as the contract says', async () => {
    const { status, body } = await api.call('GET', 'agents/d/schema');
    expect(status).toBe(200);
    const schema = body.schema ?? body;
    expect(schema.properties.checkpoint_interval).toMatchObject({
      type: 'integer',
      minimum: 10,
      maximum: 3600,
      default: 60,
    });
    expect(schema.properties.log_level.enum).toContain('debug');
  });

  it.each([
    [{ checkpoint_interval: 9 }, '/config/checkpoint_interval'],
    [{ checkpoint_interval: '60' }, '/config/checkpoint_interval'],
    [{ log_level: 'loud' }, '/config/log_level'],
    [{ targets: [{ name: 'x' }] }, '/config/targets/0/probe'],
    [{ nonsense: 1 }, '/config/nonsense'],
  ])('refuses %j, names the place, and changes nothing', async (bad, pointer) => {
    const before = await get();
    const { status, headers, body } = await api.call('POST', 'agents/d/config', bad);
    expect(status).toBe(422);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body.code).toBe('invalid_config');
    expect(body.errors.map((error: { pointer: string }) => error.pointer.replace(/^\/config/, ''))).toContain(
      pointer.replace(/^\/config/, ''),
    );
    expect(await get()).toEqual(before);
  });

  it('takes effect in the running agent', async () => {
    const { port } = server.address() as AddressInfo;
    const target = { name: 'web', probe: { type: 'http', url: `http://127.0.0.1:${port}/` }, interval: 0.2 };
    expect((await api.call('POST', 'agents/d/config', { targets: [target] })).status).toBe(200);
    await until(() => hits > 3, 'probes of the new target');
    const { body } = await api.call('GET', 'agents/d');
    expect(body).toMatchObject({ configVersion: 2, state: { targets: { web: {} } } });
  });

  it('heeds If-Match, keeps versions with who, when and what changed, and rolls back to a new one', async () => {
    const now = await api.call('GET', 'agents/d/config');
    const etag = now.headers.get('etag') ?? '';
    expect((await api.call('POST', 'agents/d/config', { log_level: 'debug' }, { 'if-match': '"1"' })).status).toBe(412);
    expect((await api.call('POST', 'agents/d/config', { log_level: 'debug' }, { 'if-match': etag })).status).toBe(200);
    expect((await api.call('POST', 'agents/d/config/rollback', { version: 2 })).status).toBe(200);
    expect(await get()).toEqual(
      now.body.version === undefined ? now.body : expect.objectContaining({ version: 4, config: now.body.config }),
    );
    const versions = (await api.call('GET', 'agents/d/config/versions')).body;
    const items = (versions.items ?? versions.versions ?? versions) as Record<string, unknown>[];
    expect(items).toHaveLength(4);
    for (const item of items) expect(JSON.stringify(item)).toContain('admin');
    expect((await api.call('POST', 'agents/d/config/rollback', { version: 99 })).status).toBe(404);
  });
});
