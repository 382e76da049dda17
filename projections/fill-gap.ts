import type { Pool, PoolClient } from 'pg';
import { checkChain, genesisHash } from '../actors/core/hash-chain';
import type { EventRecord } from '../actors/core/event';
import { inTransaction } from '../infra/postgres/transaction';
import { loadHeads, lockAgents } from './agent-rows';
import { insertEvents, makePartitions } from './ledger-rows';
import { lastTombstone } from './queries/evidence-retention';

/**
 * Puts records of one agent back that its ledger once had: each stretch only where it links with what stands before and behind
 * it, so that nothing comes in that was not there.
 * @param records ascending, none beyond the head
 * @returns the sequences that the ledger took
 * @throws the error of Postgres; nothing has changed then
 */
export async function fillGap(pool: Pool, agentId: string, records: readonly EventRecord[]): Promise<number[]> {
  if (records.length === 0) return [];
  const deliveries = records.map((record) => ({ record, position: null }));
  await makePartitions(pool, deliveries);
  return inTransaction(pool, async (client) => {
    await lockAgents(client, [agentId]);
    const taken: number[] = [];
    for (const stretch of stretches(records)) {
      if (!(await fits(client, agentId, stretch))) continue;
      await insertEvents(
        client,
        stretch.map((record) => ({ record, position: null })),
      );
      taken.push(...stretch.map(({ sequence }) => sequence));
    }
    return taken;
  });
}

async function fits(client: PoolClient, agentId: string, stretch: readonly EventRecord[]): Promise<boolean> {
  const [first, last] = [stretch[0], stretch.at(-1)] as [EventRecord, EventRecord];
  if (checkChain(stretch, { sequence: first.sequence - 1, hash: first.prevhash }) !== null) return false;
  const { rows } = await client.query<{ sequence: string; hash: string; record: EventRecord }>(
    'SELECT sequence, hash, record FROM events WHERE agent_id = $1 AND sequence IN ($2, $3)',
    [agentId, first.sequence - 1, last.sequence + 1],
  );
  const neighbours = new Map(rows.map((row) => [Number(row.sequence), row]));
  const before = neighbours.get(first.sequence - 1)?.hash ?? (await hashBefore(client, agentId, first.sequence));
  const behind = neighbours.get(last.sequence + 1)?.record.prevhash;
  const head = (await loadHeads(client, [agentId])).get(agentId);
  if (last.sequence === head?.sequence && last.hash !== head.hash) return false;
  return before === first.prevhash && (behind === undefined || behind === last.hash);
}

/** The hash that a chain begins with, or goes on from behind what has expired; null elsewhere. */
async function hashBefore(client: PoolClient, agentId: string, sequence: number): Promise<string | null> {
  if (sequence === 1) return genesisHash;
  const stone = await lastTombstone(client, agentId);
  return stone?.to === sequence - 1 ? stone.last : null;
}

/** Cut where a sequence is missing. */
function stretches(records: readonly EventRecord[]): EventRecord[][] {
  const found: EventRecord[][] = [];
  for (const record of records) {
    const open = found.at(-1);
    if (open?.at(-1)?.sequence === record.sequence - 1) open.push(record);
    else found.push([record]);
  }
  return found;
}
