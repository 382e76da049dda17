import { Connection } from '@temporalio/client';
import { Redis } from 'ioredis';
import { connect, type NatsConnection } from 'nats';
import { Client } from 'pg';
import { startTestServers, type TestServers } from '../../tests/_util/servers';
import { ensureAdmin } from '../admin';
import { migrate } from '../../projections/migrate';
import { identityOf } from '../processes';
import { assertListening, startServer } from './server';

jest.setTimeout(180_000);

const natsAt = (url: string): Promise<NatsConnection> => {
  const { host, username, password } = new URL(url);
  return connect({ servers: host, user: username, pass: password, reconnect: false });
};

async function withPostgres<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return use(client).finally(() => client.end());
}

async function withRedis<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  client.on('error', () => undefined);
  return use(client).finally(() => client.disconnect());
}

describe('the embedded servers', () => {
  type Name = 'temporal' | 'nats' | 'redis' | 'postgres';
  let servers: TestServers<Name>;

  beforeAll(async () => {
    servers = await startTestServers({ temporal: true, nats: true, redis: true, postgres: true });
  });
  afterAll(() => servers?.stop());

  it('want a password, where they know passwords at all', async () => {
    const { nats, redis, postgres } = servers;
    await expect(connect({ servers: `127.0.0.1:${nats.port}`, reconnect: false })).rejects.toThrow(/authorization/i);
    await expect(withRedis(`redis://127.0.0.1:${redis.port}`, (client) => client.ping())).rejects.toThrow('NOAUTH');
    const wrong = `postgres://ymera:wrong@127.0.0.1:${postgres.port}/ymera`;
    await expect(withPostgres(wrong, (client) => client.query('SELECT 1'))).rejects.toThrow('password');
  });

  it('keep closed workflows for 30 days', async () => {
    const connection = await Connection.connect({ address: servers.temporal.url });
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    await connection.close();
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3600);
    expect((await fetch(servers.temporal.server.ui)).status).toBe(200);
  });

  it('make the admin once, and a new password only when the kept one is wrong', async () => {
    const { url } = servers.postgres;
    await migrate(url);
    const first = await ensureAdmin(url, null);
    expect(first.password).toHaveLength(24);
    expect(await ensureAdmin(url, first)).toEqual(first);
    expect((await ensureAdmin(url, { ...first, password: 'wrong' })).password).not.toBe(first.password);
  });

  it.each(['stop', 'kill'] as const)('keep their data over %s and start on the same port', async (end) => {
    const { nats, redis, postgres } = servers;
    await withRedis(redis.url, (client) => client.set('kept', end, 'EX', 1000));
    await withPostgres(postgres.url, (client) => client.query(`CREATE TABLE ${end}ped (n int)`));
    const before = await natsAt(nats.url);
    await (await before.jetstreamManager()).streams.add({ name: end, subjects: [`${end}.>`] });
    await before.jetstream().publish(`${end}.x`, 'kept');
    await before.close();
    // An append-only file is synced every second: what a crash of the process alone leaves is in the file already.
    const pids = Object.fromEntries((['nats', 'redis', 'postgres'] as const).map((name) => [name, servers[name].pid]));

    await Promise.all([nats[end](), redis[end](), postgres[end]()]);
    for (const pid of Object.values(pids)) expect(identityOf(pid)).toBeNull();
    await expect(assertListening(redis.port)).rejects.toThrow();
    await Promise.all([servers.startAgain('nats'), servers.startAgain('redis'), servers.startAgain('postgres')]);

    expect(await withRedis(servers.redis.url, (client) => client.get('kept'))).toBe(end);
    const { rowCount } = await withPostgres(servers.postgres.url, (client) => client.query(`SELECT FROM ${end}ped`));
    expect(rowCount).toBe(0);
    const after = await natsAt(servers.nats.url);
    expect((await (await after.jetstreamManager()).streams.info(end)).state.messages).toBe(1);
    await after.close();
  });

  it('tell the last lines of the log when they cannot start', async () => {
    await servers.redis.stop();
    const { spec } = servers.redis.server;
    const broken = { ...servers.redis.server, spec: { ...spec, args: ['--port', 'none'] } };
    await expect(startServer(broken)).rejects.toThrow(/redis ended with code 1 while it was starting[^]*FATAL/);
  });
});
