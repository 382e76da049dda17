import { Client } from 'pg';
import { migrate } from '../projections/migrate';
import { startTestServers, type TestServers } from '../tests/_util/servers';
import { ensureAdmin, setAdmin } from './admin';

jest.setTimeout(90_000);

describe('the first admin', () => {
  let servers: TestServers<'postgres'>;
  let client: Client;

  beforeAll(async () => {
    servers = await startTestServers({ postgres: true });
    await migrate(servers.postgres.url);
    client = new Client({ connectionString: servers.postgres.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await servers.stop();
  });

  const admin = async () =>
    (await client.query<Record<string, unknown>>("SELECT * FROM users WHERE username = 'admin'")).rows[0];

  it('keeps its password for as long as that fits, and gets another one where it does not', async () => {
    const { url } = servers.postgres;
    const made = await ensureAdmin(url, null);
    expect(await admin()).toMatchObject({ kind: 'person', roles: ['admin'], disabled: false });
    expect(await ensureAdmin(url, made)).toEqual(made);
    const other = await ensureAdmin(url, { ...made, password: 'another' });
    expect(other.password).not.toBe(made.password);
    // Whoever had the old one is out.
    expect((await admin())?.['not_before']).toEqual(expect.any(Date));
  });

  it('stays disabled through a start, and is let in again by set-admin', async () => {
    const { url } = servers.postgres;
    await setAdmin(url, 'a password of the admin');
    const before = (await admin())?.['not_before'];
    await client.query("UPDATE users SET disabled = true, roles = '{viewer}', locked_until = now() + interval '1 day'");
    await ensureAdmin(url, { username: 'admin', password: 'a password of the admin' });
    expect(await admin()).toMatchObject({ disabled: true, roles: ['viewer'] });
    await setAdmin(url, 'a password of the admin');
    expect(await admin()).toMatchObject({ disabled: false, roles: ['admin'], locked_until: null, not_before: before });
  });
});
