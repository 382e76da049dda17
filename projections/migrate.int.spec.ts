import { Client } from 'pg';
import { startTestServers, type TestServers } from '../tests/_util/servers';
import { migrate, migrationNames } from './migrate';

/** Migrations go forward only, onto what the release before has left as well as onto nothing. */
describe('migrations', () => {
  let servers: TestServers<'postgres'>;
  beforeAll(async () => {
    servers = await startTestServers({ postgres: true });
  }, 60_000);
  afterAll(() => servers.stop(), 30_000);

  it('the newest one applies to a database with the schema and rows of the one before', async () => {
    const names = migrationNames();
    await migrate(servers.postgres.url, names.length - 1);
    const client = new Client({ connectionString: servers.postgres.url });
    await client.connect();
    try {
      const applied = async (): Promise<string[]> =>
        (await client.query<{ name: string }>('SELECT name FROM migrations ORDER BY id')).rows.map(({ name }) => name);
      expect(await applied()).toEqual(names.slice(0, -1));
      await client.query(`INSERT INTO users (username, roles, password_hash) VALUES ('ann', '{viewer}', 'x')`);
      await client.query(
        `INSERT INTO hooks (id, runbook, form, secret_name, input, created_by) VALUES ('h', 'r', 'generic', 's', '{}', 'ann')`,
      );
      await client.query(
        `INSERT INTO events (agent_id, sequence, record, type, messagetype, time, principal, commandid, hash)
         VALUES ('web', 1, '{}', 't', 'EVENT', now(), 'ann', 'c', repeat('0', 64))`,
      );
      await migrate(servers.postgres.url);
      expect(await applied()).toEqual(names);
      const { rows } = await client.query(
        'SELECT (SELECT count(*)::int FROM users) AS users, (SELECT count(*)::int FROM hooks) AS hooks, (SELECT count(*)::int FROM events) AS events',
      );
      expect(rows).toEqual([{ users: 1, hooks: 1, events: 1 }]);
    } finally {
      await client.end();
    }
  }, 60_000);
});
