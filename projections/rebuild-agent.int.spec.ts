import type { Pool } from 'pg';
import type { EventRecord } from '../actors/core/event';
import { createPool } from '../infra/postgres/pool';
import { startTestServers, type TestServers } from '../tests/_util/servers';
import { chainOf, forge, silent } from './_util/fixtures';
import { contextOf, FakeHistory, ledgerOf } from './_util/ledger';
import { LedgerRebuild } from './ledger-rebuild';
import { migrate } from './migrate';
import { projectBatch } from './project-batch';
import { rebuildAgent, type LedgerReport } from './rebuild-agent';
import { ownerPool } from '../tests/_util/owner-pool';

jest.setTimeout(90_000);

describe('rebuilding the ledger', () => {
  let servers: TestServers<'postgres'>;
  let pool: Pool;
  /** Without triggers. */
  let owner: Pool;
  const history = new FakeHistory();
  const rebuild = (id: string, dryRun = false): Promise<LedgerReport> =>
    rebuildAgent(contextOf(pool), history, id, { dryRun, deadline: Infinity });

  beforeAll(async () => {
    servers = await startTestServers({ postgres: true });
    await migrate(servers.postgres.url);
    pool = createPool(servers.postgres.url, silent);
    owner = ownerPool(servers.postgres.url, 'off');
  });
  afterAll(async () => {
    await Promise.all([pool.end(), owner.end()]);
    await servers.stop();
  });

  /** A ledger of all but the records behind `stored`. */
  async function agentOf(id: string, length: number, stored = length): Promise<EventRecord[]> {
    const chain = chainOf(id, length);
    history.add(id, chain);
    await projectBatch(
      contextOf(pool),
      chain.slice(0, stored).map((record) => ({ record, position: null })),
    );
    return chain;
  }

  it('says what differs, and on a dry run no more', async () => {
    const chain = await agentOf('holes', 30, 25);
    await owner.query(`DELETE FROM events WHERE agent_id = 'holes' AND sequence IN (1, 2, 10, 25)`);
    const missing = [1, 2, 10, 25, 26, 27, 28, 29, 30];
    const report = await rebuild('holes', true);
    expect(report).toMatchObject({
      from: 1,
      to: 30,
      missing: 9,
      repaired: 0,
      different: 0,
      extra: 0,
      unreadable: null,
    });
    expect(report.differences.map(({ sequence }) => sequence)).toEqual(missing);
    expect(await ledgerOf(pool, 'holes')).toHaveLength(21);
    expect(await rebuild('holes')).toMatchObject({ missing: 9, repaired: 9 });
    expect(await ledgerOf(pool, 'holes')).toEqual(chain);
    expect(await rebuild('holes')).toMatchObject({ missing: 0, differences: [] });
  });

  it('never overwrites what is there, nor links to it what does not fit', async () => {
    const chain = await agentOf('odd', 12, 10);
    const [, second, third] = chain as [EventRecord, EventRecord, EventRecord];
    const other = forge(second, { principal: 'mallory' });
    await owner.query(`UPDATE events SET record = $1, hash = $2 WHERE agent_id = 'odd' AND sequence = 2`, [
      JSON.stringify(other),
      other.hash,
    ]);
    await owner.query(`DELETE FROM events WHERE agent_id = 'odd' AND sequence = 3`);
    // Its hash was left as it was.
    await owner.query(
      `UPDATE events SET record = replace(record::text, 'flag-6', 'flag-9')::json WHERE agent_id = 'odd' AND sequence = 7`,
    );
    await owner.query(
      `INSERT INTO events (agent_id, sequence, record, type, messagetype, time, principal, commandid, hash)
       SELECT agent_id, 13, json_build_object('sequence', 13), type, messagetype, time, principal, commandid, 'x'
       FROM events WHERE agent_id = 'odd' AND sequence = 1`,
    );
    const { differences, repaired } = await rebuild('odd');
    expect(differences).toEqual([
      { sequence: 2, difference: 'different', repaired: false },
      { sequence: 3, difference: 'missing', repaired: false },
      { sequence: 7, difference: 'different', repaired: false },
      { sequence: 11, difference: 'missing', repaired: true },
      { sequence: 12, difference: 'missing', repaired: true },
      { sequence: 13, difference: 'extra', repaired: false },
    ]);
    expect(repaired).toBe(2);
    expect((await ledgerOf(pool, 'odd')).map(({ sequence }) => sequence)).not.toContain(third.sequence);
  });

  it('says what could not be read', async () => {
    await agentOf('away', 3);
    history.down = true;
    expect(await rebuild('away')).toMatchObject({ from: 1, to: 0, unreadable: 'the history is down' });
    history.down = false;
  });

  it('takes all agents that anybody knows, and goes on where its time did not suffice', async () => {
    const lost = chainOf('lost', 8);
    history.add('lost', lost);
    const all = new LedgerRebuild(contextOf(pool), history, { all: async () => ['lost', 'holes'] });
    const seen: string[] = [];
    let pages = 0;
    let after: { agent: string; from: number } | null = null;
    do {
      const page = await all.run({ dryRun: false, after }, 0);
      pages += 1;
      seen.push(...page.agents.map(({ agent }) => agent));
      after = page.next;
    } while (after !== null && pages < 50);
    expect([...new Set(seen)]).toEqual(['away', 'holes', 'lost', 'odd']);
    expect(pages).toBeGreaterThan(3);
    expect(await ledgerOf(pool, 'lost')).toEqual(lost);
    expect((await all.run({ agent: 'lost', dryRun: true }, 5_000)).agents).toMatchObject([
      { agent: 'lost', missing: 0 },
    ]);
  });
});
