import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { Client } from 'pg';
import { projectRoot } from '../infra/paths';
import { createPool } from '../infra/postgres/pool';
import { startTestServers, type TestServers } from '../tests/_util/servers';
import { chainOf, silent } from './_util/fixtures';
import { contextOf, ledgerOf } from './_util/ledger';
import { migrate } from './migrate';
import { projectBatch } from './project-batch';
import { ledgerHead } from './queries/events';
import { ownerPool } from '../tests/_util/owner-pool';

jest.setTimeout(90_000);

describe('the ledger in Postgres', () => {
  let servers: TestServers<'postgres'>;
  let owner: Pool;
  let pool: Pool;
  const chain = chainOf('old', 40);

  beforeAll(async () => {
    servers = await startTestServers({ postgres: true });
    const { url } = servers.postgres;
    owner = ownerPool(url, 'on');
    owner.on('error', () => undefined);
    await migrateUpTo(url, '1764200000000');
    await owner.query(
      `INSERT INTO events SELECT 'old', (r->>'sequence')::bigint, r, r->>'type', r->>'messagetype', (r->>'time')::timestamptz,
         r->>'principal', r->>'commandid', r->>'hash', 100 + (r->>'sequence')::bigint
       FROM json_array_elements($1::json) AS r`,
      [JSON.stringify(chain)],
    );
    await migrate(url);
    pool = createPool(url, silent);
  });
  afterAll(async () => {
    await Promise.all([pool.end(), owner.end()]);
    await servers.stop();
  });

  it('moves what was there into partitions by month, in its order', async () => {
    expect(await ledgerOf(pool, 'old')).toEqual(chain);
    const { rows } = await pool.query(
      `SELECT DISTINCT tableoid::regclass::text AS partition, count(*) OVER () AS total FROM events`,
    );
    expect(rows).toEqual([{ partition: 'events_2026_01', total: '40' }]);
    const { rows: ordered } = await pool.query<{ sequence: string }>(
      'SELECT sequence FROM events ORDER BY txid, ordinal',
    );
    expect(ordered.map(({ sequence }) => Number(sequence))).toEqual(chain.map(({ sequence }) => sequence));
  });

  it('has the partitions of this month and the next, and makes others when they are needed', async () => {
    const partitions = async (): Promise<string[]> => {
      const { rows } = await pool.query<{ name: string }>(
        `SELECT relid::regclass::text AS name FROM pg_partition_tree('events') WHERE isleaf ORDER BY name`,
      );
      return rows.map(({ name }) => name);
    };
    const now = new Date();
    const month = (ahead: number): string =>
      `events_${new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead)).toISOString().slice(0, 7).replace('-', '_')}`;
    expect(await partitions()).toEqual(expect.arrayContaining(['events_default', month(0), month(1)]));
    const far = chainOf('far', 3).map((record) => ({ ...record, time: `9${record.time.slice(1)}` }));
    await owner.query(
      `SELECT make_event_partitions(ARRAY['2011-03-05T01:00:00Z', '2011-03-31T23:59:59Z', $1]::timestamptz[])`,
      [far[0]?.time],
    );
    expect((await partitions()).filter((name) => /^events_(2011|9)/.test(name))).toEqual(['events_2011_03']);
  });

  it('reads an agent by the index of each partition', async () => {
    await projectBatch(
      contextOf(pool),
      chainOf('read', 20).map((record) => ({ record, position: null })),
    );
    const client = await owner.connect();
    try {
      // Small tables are cheaper to read whole; what is asked here is whether the index would do.
      await client.query('SET enable_seqscan = off');
      for (const query of [
        `SELECT record FROM events WHERE agent_id = 'read' AND sequence >= 5 AND sequence <= 9 ORDER BY sequence LIMIT 3`,
        `SELECT sequence, hash FROM events WHERE agent_id = 'read' ORDER BY sequence DESC LIMIT 1`,
      ]) {
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${query}`);
        const plan = rows.map((row) => row['QUERY PLAN']);
        expect(plan.filter((line) => /Index Scan( Backward)? using events_.*pkey/.test(line)).length).toBeGreaterThan(
          3,
        );
        expect(plan.join('\n')).not.toMatch(/Seq Scan|Sort  /);
      }
    } finally {
      client.release(true);
    }
    expect(await ledgerHead(pool, 'read')).toMatchObject({ sequence: 20 });
  });

  it.each([
    ['as the role that Ymera works under', () => pool],
    ['as a user of its own that is nothing but this role', () => ownUser()],
  ])('can only grow, %s', async (_name, connect) => {
    const db = await connect();
    for (const statement of [
      `UPDATE events SET principal = 'x' WHERE agent_id = 'old'`,
      `UPDATE events SET ordinal = DEFAULT WHERE agent_id = 'old'`,
      `DELETE FROM events WHERE agent_id = 'old'`,
      'TRUNCATE events',
      'TRUNCATE events_2026_01',
      'DROP TABLE events',
      'DROP TABLE events_2026_01',
      'ALTER TABLE events DISABLE TRIGGER ALL',
      'ALTER TABLE events DETACH PARTITION events_2026_01',
      'DELETE FROM events_2026_01',
      'DELETE FROM event_keys',
      `INSERT INTO events_2026_01 SELECT * FROM events LIMIT 1`,
      `INSERT INTO events (agent_id, sequence, record, type, messagetype, time, principal, commandid, hash, txid)
         VALUES ('x', 1, '{}', 'x', 'x', now(), 'x', 'x', 'x', '5')`,
      `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS $$ SELECT NULL $$`,
      'DELETE FROM tombstones',
      'DELETE FROM legal_holds',
      'DELETE FROM checkpoints',
      'DELETE FROM raw_histories',
    ]) {
      await expect(db.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
    await expect(db.query(`UPDATE events SET position = 5 WHERE agent_id = 'old'`)).rejects.toThrow(/append-only/);
    expect(await ledgerOf(pool, 'old')).toEqual(chain);
    if (db !== pool) await db.end();
  });

  it('refuses changes by its owner too, until the triggers are taken away', async () => {
    for (const statement of [
      `UPDATE events SET principal = 'x' WHERE agent_id = 'old'`,
      `DELETE FROM events WHERE agent_id = 'old'`,
      `DELETE FROM events_2026_01 WHERE agent_id = 'old'`,
      'TRUNCATE events',
      'TRUNCATE events_2026_01',
    ]) {
      await expect(owner.query(statement)).rejects.toThrow(/append-only/);
    }
  });

  it('holds a sequence once, whatever its time and whoever adds it at the same moment', async () => {
    const add = (db: Pool | Client, time: string): Promise<unknown> =>
      db.query(
        `INSERT INTO events (agent_id, sequence, record, type, messagetype, time, principal, commandid, hash)
         VALUES ('twice', 1, '{}', 'x', 'x', $1, 'x', 'x', 'x')`,
        [time],
      );
    const first = new Client({ connectionString: servers.postgres.url });
    await first.connect();
    await first.query('BEGIN');
    await add(first, '2026-01-05T00:00:00Z');
    const others = ['2026-01-06T00:00:00Z', '2026-11-06T00:00:00Z', '1999-11-06T00:00:00Z'].map((time) =>
      add(owner, time),
    );
    await first.query('COMMIT');
    await first.end();
    for (const result of await Promise.allSettled(others))
      expect(result).toMatchObject({ status: 'rejected', reason: { code: '23505' } });
  });

  it('notes a record that stands beyond the head, and keeps the first that was there', async () => {
    const [one, two, three] = chainOf('intruded', 3) as [(typeof chain)[0], (typeof chain)[0], (typeof chain)[0]];
    await projectBatch(contextOf(pool), [{ record: one, position: null }]);
    await owner.query(
      `INSERT INTO events (agent_id, sequence, record, type, messagetype, time, principal, commandid, hash)
       VALUES ('intruded', 2, '{}', 'x', 'x', $1, 'x', 'x', 'x')`,
      [two.time],
    );
    const deliveries = [two, three].map((record) => ({ record, position: null }));
    expect(await projectBatch(contextOf(pool), deliveries)).toEqual(['refused', 'stored']);
    const { rows } = await pool.query(`SELECT sequence, fault FROM ledger_faults WHERE agent_id = 'intruded'`);
    expect(rows).toEqual([{ sequence: '2', fault: 'conflict' }]);
    expect((await ledgerOf(pool, 'intruded'))[1]).toEqual({});
  });

  /** Who logs in as this can't put the role off. */
  async function ownUser(): Promise<Pool> {
    await owner.query(`CREATE ROLE someone LOGIN PASSWORD 'a-password' IN ROLE ymera_app`);
    const url = new URL(servers.postgres.url);
    url.username = 'someone';
    url.password = 'a-password';
    // It has the newest schema and makes nothing of it.
    await migrate(url.toString());
    return createPool(url.toString(), silent);
  }
});

async function migrateUpTo(url: string, number: string): Promise<void> {
  const { runner } = await import('node-pg-migrate');
  const dir = join(projectRoot, 'projections', 'migrations');
  await runner({
    databaseUrl: url,
    dir,
    direction: 'up',
    migrationsTable: 'migrations',
    count: readdirSync(dir).filter((file) => file < `${number}_~`).length,
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
}
