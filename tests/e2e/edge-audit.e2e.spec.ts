import { Client } from 'pg';
import { checkChain } from '../../actors/core/hash-chain';
import type { EventRecord } from '../../actors/core/event';
import { ApiClient, until } from '../_util/api-client';
import { startTestServers, type TestServers } from '../_util/servers';
import { startTestStack, type TestStack } from '../_util/stack';

const password = 'a password of a test, long enough';

type Fact = { method: string; address: string; about?: string; key?: string; detail?: Record<string, unknown> };

/** What is done at the edge is on record like everything else; Temporal belongs to the test, so that it can be away. */
describe('the audit of the edge', () => {
  let servers: TestServers<'temporal'>;
  let stack: TestStack;
  let admin: ApiClient;
  let viewer: ApiClient;
  let ledger: Client;

  beforeAll(async () => {
    servers = await startTestServers({ temporal: true });
    stack = await startTestStack({ env: { TEMPORAL_ADDRESS: servers.temporal.url } });
    admin = await ApiClient.login(stack.reload());
    ledger = new Client({ connectionString: stack.file.postgres });
    await ledger.connect();
    expect((await admin.call('POST', 'users', { username: 'vera', password, roles: ['viewer'] })).status).toBe(201);
    viewer = await ApiClient.login({ ...stack.file, credentials: { username: 'vera', password } });
  }, 120_000);
  afterAll(async () => {
    await ledger.end();
    await stack.stop();
    await servers.stop();
  }, 60_000);

  const records = async (): Promise<EventRecord<Fact>[]> =>
    (
      await ledger.query<{ record: EventRecord<Fact> }>(
        `SELECT record FROM events WHERE agent_id = 'edge' ORDER BY sequence`,
      )
    ).rows.map(({ record }) => record);
  const acts = async (type: string) =>
    (await records())
      .filter((record) => record.type === `ymera.edge.${type}`)
      .map(({ principal, reason, data: { method, address, about, key, detail } }) => ({
        ...{ principal, method, address },
        ...(about === undefined ? {} : { about }),
        ...(key === undefined ? {} : { key }),
        ...(detail === undefined ? {} : { detail }),
        ...(reason === undefined ? {} : { reason }),
      }));
  const reaches = (type: string, expected: object): Promise<void> =>
    until(
      async () => {
        const found = await acts(type);
        return found.some((act) => expect.objectContaining(expected).asymmetricMatch(act) as boolean);
      },
      `${type} of ${JSON.stringify(expected)}`,
    );

  it('has who, how, from where and why: logins, failures, denials, users, keys, configs, exports', async () => {
    const address = '127.0.0.1';
    await ApiClient.anonymous(stack.file).call('POST', 'auth/login', { username: 'vera', password: `${password}.` });
    await viewer.call('POST', 'agents', { kind: 'flags', id: 'shop' });
    await admin.flagsAgent('shop');
    const key = await admin.call('POST', 'api-keys', { name: 'k', scopes: ['agents:read'] });
    const byKey = { authorization: '', 'x-api-key': key.body.key as string };
    expect((await ApiClient.anonymous(stack.file).call('POST', 'runs', {}, byKey)).status).toBe(403);
    // Longer than a record keeps.
    await viewer.call('DELETE', `agents/${'x'.repeat(3000)}`);
    await admin.call('DELETE', `api-keys/${key.body.id}`);
    await admin.call('PATCH', 'users/vera', { roles: ['viewer', 'auditor'] });
    await admin.call('POST', 'agents/shop/config', { max_flags: 7 });
    await admin.call('POST', 'agents/shop/config/rollback', { version: 1, reason: 'too few' });
    await viewer.raw('GET', '/api/v1/agents/shop/events', { headers: { accept: 'application/x-ndjson' } });

    await reaches('LoggedIn', { principal: 'vera', method: 'POST /api/v1/auth/login', address });
    await reaches('LoginFailed', {
      method: 'POST /api/v1/auth/login',
      address,
      about: 'vera',
      reason: 'wrong_password',
    });
    const reason = 'the call demands the permission agents:create';
    await reaches('AccessDenied', { principal: 'vera', method: 'POST /api/v1/agents', address, reason });
    const long = expect.stringMatching(/^\/api\/v1\/agents\/x+… \d+ characters left out …x+$/) as string;
    await reaches('AccessDenied', { method: 'DELETE /api/v1/agents/{id}', about: long });
    await reaches('AccessDenied', { principal: 'admin', method: 'POST /api/v1/runs', key: key.body.prefix });
    await reaches('UserCreated', { principal: 'admin', about: 'vera' });
    await reaches('ApiKeyCreated', { principal: 'admin', about: key.body.id });
    await reaches('ApiKeyRevoked', { principal: 'admin', about: key.body.id });
    await reaches('RolesChanged', { principal: 'admin', about: 'vera' });
    await reaches('ConfigWritten', {
      about: 'shop',
      detail: { version: '2' },
      method: 'POST /api/v1/agents/{id}/config',
    });
    await reaches('ConfigWritten', { about: 'shop', detail: { version: '3' }, reason: 'too few' });
    await reaches('EventsExported', { principal: 'vera', about: 'shop', address });
    expect(checkChain(await records())).toBeNull();
    expect(JSON.stringify(await records())).not.toContain(password);
    expect(JSON.stringify(await records())).not.toContain(key.body.key);
  }, 60_000);

  it('is for auditors, and nobody writes into it', async () => {
    const events = await viewer.call('GET', 'agents/edge/events');
    expect([events.status, events.body.events.length > 5]).toEqual([200, true]);
    expect((await admin.call('PATCH', 'users/vera', { roles: ['viewer'] })).status).toBe(200);
    await until(async () => (await viewer.call('GET', 'agents/edge/events')).status === 403, 'the lowered role');
    const forged = { type: 'RecordAct', data: { type: 'LoggedIn', method: 'x', address: 'x', requestId: 'x' } };
    expect((await admin.call('POST', 'agents/edge/commands', forged)).body.code).toBe('internal_command');
    expect((await admin.call('DELETE', 'agents/edge')).body.code).toBe('internal_kind');
    expect((await admin.call('POST', 'agents', { kind: 'edge', id: 'edge-2' })).status).toBe(403);
  }, 60_000);

  it('loses nothing while Temporal is away, and puts nothing on record twice', async () => {
    await servers.temporal.stop();
    for (let i = 0; i < 5; i += 1) {
      const { status } = await viewer.call('POST', 'agents', { kind: 'flags', id: `late-${i}` });
      expect(status).toBe(403);
    }
    const waiting = async () => Number((await ledger.query('SELECT count(*) AS n FROM edge_acts')).rows[0]?.n);
    expect(await waiting()).toBeGreaterThanOrEqual(5);
    stack.kill('api');
    await stack.waitRestarted('api');
    await servers.startAgain('temporal');
    await until(async () => (await waiting()) === 0, 'all on record', 90_000);
    const before = 'the call demands the permission agents:create';
    await until(
      async () => (await acts('AccessDenied')).filter(({ reason }) => reason === before).length >= 6,
      'the ledger',
    );
    const all = await records();
    expect(checkChain(all)).toBeNull();
    const requests = all.map(({ data }) => (data as Fact & { requestId?: string }).requestId).filter(Boolean);
    expect(new Set(requests).size).toBe(requests.length);
  }, 180_000);
});
