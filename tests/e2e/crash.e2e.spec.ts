import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { EventRecord } from '../../actors/core/event';
import { checkChain } from '../../actors/core/hash-chain';
import { ApiClient, until } from '../_util/api-client';
import { startLoad } from '../_util/load';
import { startTestStack, type TestStack } from '../_util/stack';
import { readStream } from '../_util/stream';

/** Under load on 20 agents, each process is killed with -9, one after the other; the supervisor brings each back. */
describe('kill -9', () => {
  const agents = Array.from({ length: 20 }, (_, i) => `c-${i}`);
  let stack: TestStack;
  let api: ApiClient;
  beforeAll(async () => {
    stack = await startTestStack();
    api = await ApiClient.login(stack.reload());
    for (const id of agents) await api.flagsAgent(id);
  }, 120_000);
  afterAll(() => stack.stop(), 60_000);

  it('of each process loses nothing that was acknowledged and applies nothing twice', async () => {
    const load = startLoad(api, agents);
    for (const role of ['worker', 'api', 'nats', 'redis', 'postgres', 'temporal', 'projector', 'evidence'] as const) {
      await delay(3000);
      stack.kill(role);
      await stack.waitRestarted(role);
    }
    await delay(3000);
    const { acknowledged } = await load.stop();

    const ledger = new Client({ connectionString: stack.reload().postgres });
    await ledger.connect();
    const inLedger = async (id: string): Promise<EventRecord[]> =>
      (
        await ledger.query<{ record: EventRecord }>('select record from events where agent_id = $1 order by sequence', [
          id,
        ])
      ).rows.map(({ record }) => record);
    try {
      for (const id of agents) {
        const values = acknowledged.get(id) ?? [];
        expect(values.length).toBeGreaterThan(0);
        const { body: view } = await api.call('GET', `agents/${id}`);
        await until(async () => (await inLedger(id)).length >= view.sequence, `the ledger of ${id}`, 60_000);
        const own = await api.events(id);
        expect(checkChain(own)).toBeNull();
        expect(own.at(-1)?.hash).toBe(view.hash);
        // Every acknowledged value once, in order: none lost, none twice.
        expect(own.slice(1).map(({ data }) => (data as { value: number }).value)).toEqual(values);
        expect(await inLedger(id)).toEqual(own);
      }
    } finally {
      await ledger.end();
    }
    const messages = await readStream(stack.reload().nats);
    for (const id of agents) {
      const sequences = messages
        .filter(({ record }) => record.source === `/agents/${id}`)
        .map(({ record }) => record.sequence);
      const unique = [...new Set(sequences)];
      expect(unique).toEqual(unique.map((_, i) => i + 1));
      expect(unique).toHaveLength((acknowledged.get(id)?.length ?? 0) + 1);
    }
  }, 300_000);
});
