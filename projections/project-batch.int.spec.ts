import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { foldAgent, unborn } from '../actors/core/agent-state';
import type { EventRecord } from '../actors/core/event';
import { checkChain } from '../actors/core/hash-chain';
import { flags } from '../actors/flags/flags';
import { projectRoot } from '../infra/paths';
import { createPool } from '../infra/postgres/pool';
import { chainOf, forge, shuffled, silent } from './_util/fixtures';
import { contextOf, FakeHistory, ledgerOf } from './_util/ledger';
import { startTestServers, type TestServers } from '../tests/_util/servers';
import type { Delivery } from './fit-records';
import { migrate } from './migrate';
import { projectBatch, type LedgerContext } from './project-batch';
import { findAgent } from './queries/agents';
import { readFaults } from './queries/events';
import { repairAgent } from './reconcile';

const deliver = (records: readonly EventRecord[]): Delivery[] =>
  records.map((record) => ({ record, position: 1000 + record.sequence }));

jest.setTimeout(90_000);

describe('the ledger', () => {
  let servers: TestServers<'postgres'>;
  let url: string;
  let pool: Pool;
  let context: LedgerContext;

  beforeAll(async () => {
    servers = await startTestServers({ postgres: true });
    url = servers.postgres.url;
    await Promise.all([migrate(url), migrate(url), migrate(url)]);
    pool = createPool(url, silent);
    context = contextOf(pool);
  });
  afterAll(async () => {
    await pool.end();
    await servers.stop();
  });

  it('has a schema that is made once, however many ask for it', async () => {
    await migrate(url);
    const { rows } = await pool.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
    const files = readdirSync(join(projectRoot, 'projections/migrations')).map((file) => file.replace(/\.sql$/, ''));
    expect(files.length).toBeGreaterThan(3);
    expect(rows.map(({ name }) => name)).toEqual(files.sort());
  });

  it('holds what the agent made, and the agent folded from it', async () => {
    const chain = chainOf('a', 120);
    for (let i = 0; i < 120; i += 50) {
      const outcomes = await projectBatch(context, deliver(shuffled(chain.slice(i, i + 50))));
      expect(new Set(outcomes)).toEqual(new Set(['stored']));
    }
    expect(await ledgerOf(pool, 'a')).toEqual(chain);
    expect(await findAgent(pool, 'a')).toEqual(foldAgent(flags, unborn(flags, 'a'), chain));
  });

  it('keeps every JSON value so that its hash can be verified, which jsonb could not', async () => {
    const [born] = chainOf('odd', 1) as [EventRecord];
    const value = {
      nul: 'a\0b',
      surrogate: '\ud800',
      huge: 1e300,
      tiny: 5e-324,
      exact: 0.1 + 0.2,
      '': 'é€😀',
      ['__proto__x']: 1,
    };
    const odd = forge(born, {
      sequence: 2,
      id: 'odd:2',
      prevhash: born.hash,
      principal: 'nul\0',
      data: value,
      type: 'ymera.flags.Odd',
    });
    expect(await projectBatch(context, deliver([born, odd]))).toEqual(['stored', 'stored']);
    expect(checkChain(await ledgerOf(pool, 'odd'))).toBeNull();
    await expect(pool.query('SELECT $1::jsonb', [JSON.stringify(odd)])).rejects.toThrow();
  });

  it('lets what comes after a gap wait', async () => {
    const chain = chainOf('gap', 5);
    expect(await projectBatch(context, deliver([chain[0], chain[2], chain[3]] as EventRecord[]))).toEqual([
      'stored',
      'later',
      'later',
    ]);
    expect(await projectBatch(context, deliver(chain.slice(1)))).toEqual(['stored', 'stored', 'stored', 'stored']);
    expect(await ledgerOf(pool, 'gap')).toEqual(chain);
  });

  it('refuses and notes what does not fit, once, and never overwrites', async () => {
    const chain = chainOf('forged', 4);
    const [one, two, three, four] = chain as [EventRecord, EventRecord, EventRecord, EventRecord];
    await projectBatch(context, deliver([one, two]));
    const other = forge(two, { principal: 'mallory' });
    const altered = { ...three, principal: 'mallory' };
    const unlinked = forge(three, { prevhash: 'f'.repeat(64) });
    for (let i = 0; i < 2; i += 1) {
      const outcomes = await projectBatch(context, deliver([other, altered, unlinked, three, four]));
      expect(outcomes).toEqual(['refused', 'refused', 'refused', 'stored', 'stored']);
    }
    expect(await ledgerOf(pool, 'forged')).toEqual(chain);
    const faults = await readFaults(pool, 'forged');
    expect(faults.map(({ sequence, fault }) => `${sequence} ${fault}`).sort()).toEqual([
      '2 conflict',
      '3 altered',
      '3 conflict',
      '3 unlinked',
    ]);
    expect(faults.every(({ detail }) => detail.includes('hash'))).toBe(true);
  });

  it('gives a record its position when the stream brings it later', async () => {
    const chain = chainOf('late', 3);
    await projectBatch(
      context,
      chain.map((record) => ({ record, position: null })),
    );
    await projectBatch(context, deliver(chain));
    const { rows } = await pool.query<{ position: string }>(
      `SELECT position FROM events WHERE agent_id = 'late' ORDER BY sequence`,
    );
    expect(rows.map(({ position }) => Number(position))).toEqual([1001, 1002, 1003]);
  });

  it('is safe with several projectors at once', async () => {
    const chains = ['p', 'q', 'r'].map((id) => chainOf(id, 200));
    const all = deliver(chains.flat());
    let waiting: Delivery[] = [];
    const projector = async (mine: Delivery[]): Promise<void> => {
      for (let i = 0; i < mine.length; i += 40) {
        const part = mine.slice(i, i + 40);
        const outcomes = await projectBatch(context, part);
        waiting.push(...part.filter((_, j) => outcomes[j] === 'later'));
      }
    };
    await Promise.all(
      [0, 1, 2, 3].map((n) =>
        projector(
          shuffled(
            all.filter((_, i) => i % 4 === n || i % 7 === n),
            n + 1,
          ),
        ),
      ),
    );
    while (waiting.length > 0) {
      const again = waiting;
      waiting = [];
      await projector(again);
    }
    for (const chain of chains) expect(await ledgerOf(pool, chain[0]?.source.slice(8) as string)).toEqual(chain);
  });

  it('stores a kind it does not know, and folds it when a release knows it', async () => {
    const chain = chainOf('novel', 6);
    await projectBatch(context, deliver(chain.slice(0, 3)));
    await pool.query(
      `UPDATE agents SET kind_known = false, folded = jsonb_set(folded::jsonb, '{state}', 'null')::json WHERE id = 'novel'`,
    );
    await projectBatch(context, deliver(chain.slice(3)));
    expect(await findAgent(pool, 'novel')).toEqual(foldAgent(flags, unborn(flags, 'novel'), chain));

    const [born] = chainOf('alien', 1) as [EventRecord];
    await projectBatch(context, deliver([forge(born, { type: 'ymera.alien.AgentCreated' })]));
    expect(await findAgent(pool, 'alien')).toMatchObject({
      kind: 'alien',
      status: 'running',
      sequence: 1,
      state: null,
    });
  });

  it('is repaired from the history', async () => {
    const chain = chainOf('lost', 30);
    const history = new FakeHistory();
    history.add('lost', chain);
    await projectBatch(context, deliver(chain.slice(0, 10)));
    expect(await repairAgent(context, history, 'lost')).toBe(20);
    expect(await repairAgent(context, history, 'lost')).toBe(0);
    expect(await ledgerOf(pool, 'lost')).toEqual(chain);
  });
});
