import type { Pool, PoolClient } from 'pg';
import { foldAgent, unborn, type AgentState } from '../../actors/core/agent-state';
import { eventAgent, type EventRecord } from '../../actors/core/event';
import { flags } from '../../actors/flags/flags';
import { createPool } from '../../infra/postgres/pool';
import { startTestServers, type TestServers } from '../../tests/_util/servers';
import { chainOf, silent } from '../_util/fixtures';
import { contextOf } from '../_util/ledger';
import { insertEvents } from '../ledger-rows';
import { migrate } from '../migrate';
import { projectBatch } from '../project-batch';
import { SnapshotMaker } from '../snapshot-maker';
import { readHistogram } from './event-histogram';
import { ledgerStart, readInOrder, type LedgerFilter, type LedgerPlace } from './ledger-order';
import { sequenceAt } from './moments';
import { Snapshots } from './snapshots';

jest.setTimeout(120_000);

describe('moments in Postgres', () => {
  let servers: TestServers<'postgres'>;
  let pool: Pool;
  const chain = chainOf('long', 3_500);
  const stateAt = (sequence: number): AgentState => foldAgent(flags, unborn(flags, 'long'), chain.slice(0, sequence));
  const snapshotsOf = (code = 'this code') => new Snapshots(pool, code, silent);
  const sequences = async (agentId = 'long'): Promise<number[]> => {
    const { rows } = await pool.query<{ sequence: string }>(
      'SELECT sequence FROM folded_snapshots WHERE agent_id = $1 ORDER BY sequence',
      [agentId],
    );
    return rows.map(({ sequence }) => Number(sequence));
  };

  beforeAll(async () => {
    servers = await startTestServers({ postgres: true });
    const { url } = servers.postgres;
    await migrate(url);
    pool = createPool(url, silent);
    for (let i = 0; i < chain.length; i += 500) {
      await projectBatch(
        contextOf(pool),
        chain.slice(i, i + 500).map((record) => ({ record, position: null })),
      );
    }
  });
  afterAll(async () => {
    await pool.end();
    await servers.stop();
  });

  it('has snapshots made for who has grown, at each thousandth event', async () => {
    const maker = new SnapshotMaker(pool, snapshotsOf(), silent);
    maker.note(chain.slice(900, 1_100));
    const stop = new AbortController();
    const running = maker.run(stop.signal);
    while ((await sequences()).length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    await running;
    expect(await sequences()).toEqual([1_000, 2_000, 3_000]);
    expect(await snapshotsOf().before('long', 2_999)).toEqual(stateAt(2_000));
    expect(await snapshotsOf().before('long', 999)).toBeNull();
  });

  it('uses none that other code has folded, that was altered, or that the ledger contradicts, and makes them anew', async () => {
    expect(await snapshotsOf('other code').before('long', 3_500)).toBeNull();
    await pool.query(
      `UPDATE folded_snapshots SET folded = replace(folded::text, '"max_flags":500', '"max_flags":501')::json WHERE sequence = 3000`,
    );
    await pool.query(`UPDATE folded_snapshots SET folded = '{"sequence":2000}' WHERE sequence = 2000`);
    expect(await snapshotsOf().before('long', 3_500)).toEqual(stateAt(1_000));
    await new SnapshotMaker(pool, snapshotsOf(), silent).make('long');
    expect(await snapshotsOf().before('long', 3_500)).toEqual(stateAt(3_000));
    const forged = { ...stateAt(3_000), hash: 'f'.repeat(64) };
    await snapshotsOf().keep([forged]);
    expect(await snapshotsOf().before('long', 3_500)).toEqual(stateAt(2_000));
    await new SnapshotMaker(pool, snapshotsOf('newer code'), silent).make('long');
    expect(await snapshotsOf('newer code').before('long', 3_500)).toEqual(stateAt(3_000));
    expect(await sequences()).toEqual([1_000, 2_000, 3_000]);
  });

  it('holds no more of them than are worth it, however long an agent has become', async () => {
    const of = (sequence: number): AgentState => ({ ...stateAt(1), id: 'old', sequence });
    await snapshotsOf().keep([1, 2, 3, 4].map((thousands) => of(thousands * 1_000)));
    expect(await sequences('old')).toHaveLength(4);
    await snapshotsOf().keep([of(256_000), of(256_500), of(257_000), of(260_000)]);
    expect(await sequences('old')).toEqual([4_000, 256_000, 260_000]);
  });

  it('knows where an agent stood at a time', async () => {
    const time = (sequence: number, ms: number) =>
      new Date(Date.parse((chain[sequence - 1] as EventRecord).time) + ms).toISOString();
    for (const sequence of [1, 2, 999, 3_499, 3_500]) {
      expect(await sequenceAt(pool, 'long', time(sequence, 0))).toBe(sequence);
      expect(await sequenceAt(pool, 'long', time(sequence, 999))).toBe(sequence);
    }
    expect(await sequenceAt(pool, 'long', time(1, -1))).toBe(0);
    expect(await sequenceAt(pool, 'nobody', time(1, 0))).toBe(0);
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT sequence FROM events WHERE agent_id = 'long' AND time <= now() ORDER BY time DESC, sequence DESC LIMIT 1`,
    );
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).not.toContain('Seq Scan');
  });

  it('counts events in equal parts of numbers, and of time', async () => {
    const bySequence = await readHistogram(pool, 'long', 'sequence', 7);
    expect(bySequence.map(({ index, from, to }) => [index, from, to])).toEqual(
      Array.from({ length: 7 }, (_, i) => [i, i * 500 + 1, (i + 1) * 500]),
    );
    expect(bySequence[0]).toMatchObject({
      begins: chain[0]?.time,
      ends: chain[499]?.time,
      counts: { EVENT: 500, NOTIFICATION: 0, RESPONSE: 0 },
    });
    const byTime = await readHistogram(pool, 'long', 'time', 10);
    expect(byTime.reduce((sum, { counts }) => sum + counts.EVENT, 0)).toBe(3_500);
    expect(byTime.map(({ index }) => index)).toEqual(Array.from({ length: 10 }, (_, i) => i));
    expect([byTime[0]?.from, byTime[9]?.to]).toEqual([1, 3_500]);
    expect(await readHistogram(pool, 'long', 'time', 1)).toHaveLength(1);
    expect(await readHistogram(pool, 'nobody', 'time', 10)).toEqual([]);
  });

  describe('the ledger in order', () => {
    /** Reads on from where it was, as a caller does with its cursor. */
    class Reader {
      readonly ids: string[] = [];
      private place: LedgerPlace = ledgerStart;
      constructor(private readonly filter: LedgerFilter = {}) {}
      async read(limit = 3): Promise<void> {
        for (;;) {
          const found = await readInOrder(pool, this.place, this.filter, limit);
          for (const { place, record } of found) {
            this.place = place;
            if (record) this.ids.push(record.id);
          }
          if (found.length < limit) return;
        }
      }
    }
    async function writer(): Promise<{
      client: PoolClient;
      put(records: EventRecord[]): Promise<void>;
      end(): Promise<void>;
    }> {
      const client = await pool.connect();
      await client.query('BEGIN');
      return {
        client,
        put: (records) =>
          insertEvents(
            client,
            records.map((record) => ({ record, position: null })),
          ).then(() => undefined),
        end: async () => {
          await client.query('COMMIT');
          client.release();
        },
      };
    }

    it('shows each record once, though writers commit out of order', async () => {
      const reader = new Reader();
      await reader.read(1_000);
      expect(reader.ids).toHaveLength(3_500);
      reader.ids.length = 0;
      const [a, b] = [chainOf('wa', 6), chainOf('wb', 6)];
      const [first, second] = [await writer(), await writer()];
      await first.put(a.slice(0, 2));
      await second.put(b.slice(0, 2));
      await first.put(a.slice(2, 4));
      await second.put(b.slice(2, 4));
      await second.end();
      // Those of the second are there, and must wait for what the first may yet put before them.
      await reader.read();
      expect(reader.ids).toEqual([]);
      const third = await writer();
      await third.put(b.slice(4));
      await first.put(a.slice(4));
      await first.end();
      await reader.read();
      expect(reader.ids.slice(0, 6)).toEqual(a.map(({ id }) => id));
      await third.end();
      await reader.read();
      expect([...reader.ids].sort()).toEqual([...a, ...b].map(({ id }) => id).sort());
    });

    it('misses none and has none twice while many write at once and one reads on', async () => {
      const chains = Array.from({ length: 8 }, (_, i) => chainOf(`many-${i}`, 60));
      const reader = new Reader();
      let writing = true;
      const reads = (async () => {
        while (writing) await reader.read(7);
      })();
      await Promise.all(
        chains.map(async (records, i) => {
          for (let from = 0; from < records.length; from += 10) {
            const one = await writer();
            await one.put(records.slice(from, from + 5));
            await new Promise((resolve) => setTimeout(resolve, (i * 7 + from) % 13));
            await one.put(records.slice(from + 5, from + 10));
            await one.end();
          }
        }),
      );
      writing = false;
      await reads;
      await reader.read();
      const seen = reader.ids.filter((id) => id.startsWith('many-'));
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toHaveLength(8 * 60);
    });

    it('passes by what is not wanted', async () => {
      const one = new Reader({ agent: 'wa', kind: 'flags', type: 'AgentCreated' });
      await one.read(500);
      expect(one.ids).toEqual(['wa:1']);
      const none = new Reader({ kind: 'devops' });
      await none.read(500);
      expect(none.ids).toEqual([]);
      const { rows } = await pool.query<{ record: EventRecord }>(
        `SELECT record FROM events WHERE type = 'ymera.flags.AgentCreated'`,
      );
      const typed = new Reader({ type: 'ymera.flags.AgentCreated' });
      await typed.read(500);
      expect(typed.ids).toHaveLength(new Set(rows.map(({ record }) => eventAgent(record))).size);
    });
  });
});
