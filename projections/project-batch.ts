import type { Pool, PoolClient } from 'pg';
import type { AgentState } from '../actors/core/agent-state';
import { eventAgent, type EventRecord } from '../actors/core/event';
import type { Logger } from '../infra/logger';
import { countProjected, type ProjectorMetrics } from '../infra/metrics/projector';
import { inTransaction } from '../infra/postgres/transaction';
import { loadFolded, loadHeads, lockAgents, saveAgents } from './agent-rows';
import { fitRecords, type Delivery, type Fit, type Head, type RecordFault } from './fit-records';
import { foldRecords } from './fold';
import { compareKnown, insertEvents, insertFaults, makePartitions, type Fault } from './ledger-rows';
import { saveRunRows } from './run-rows';

/** What became of a delivery: in the ledger (now or before), refused for good, or waiting for records before it. */
export type Outcome = 'stored' | 'refused' | 'later';

export interface LedgerContext {
  pool: Pool;
  logger: Logger;
  metrics: ProjectorMetrics;
  /** Told of what has come into the ledger. */
  snapshots?: { note(records: readonly EventRecord[]): void };
}

/**
 * Appends what continues the chains of its agents, folds the agents, and notes what does not fit, all in one transaction.
 * @param faults noted along with it: what was refused before it came here
 * @returns the outcome of each delivery, in the same order
 * @throws the error of Postgres; nothing has changed then
 */
export async function projectBatch(
  { pool, logger, metrics, snapshots }: LedgerContext,
  deliveries: readonly Delivery[],
  faults: readonly Fault[] = [],
): Promise<Outcome[]> {
  await makePartitions(pool, deliveries);
  const { fits, refused } = await inTransaction(pool, (client) => project(client, deliveries, faults));
  for (const fault of [...faults, ...refused.map(faultOf)]) logger.error({ fault }, 'a record was refused');
  metrics.ledgerFaults.inc(faults.length + refused.length);
  for (const { accepted } of fits) {
    snapshots?.note(accepted.map(({ record }) => record));
    for (const { record } of accepted) countProjected(metrics, record, Date.now());
  }
  const turnedDown = new Set(refused.map(({ delivery }) => delivery));
  const waiting = new Set(fits.flatMap(({ later }) => later));
  return deliveries.map((delivery) =>
    turnedDown.has(delivery) ? 'refused' : waiting.has(delivery) ? 'later' : 'stored',
  );
}

async function project(
  client: PoolClient,
  deliveries: readonly Delivery[],
  faults: readonly Fault[],
): Promise<{ fits: Fit[]; refused: Fit['refused'] }> {
  const groups = byAgent(deliveries);
  const ids = [...groups.keys()];
  await lockAgents(client, ids);
  const heads = await loadHeads(client, ids);
  const fits = new Map([...groups].map(([id, group]) => [id, fitRecords(heads.get(id) as Head, group)]));
  const all = [...fits.values()];
  const accepted = all.flatMap((fit) => fit.accepted);
  const known = all.flatMap((fit) => fit.known);
  // What stands beyond the head of a ledger was put there by somebody else.
  const intruded = (await insertEvents(client, accepted)) < accepted.length;
  const conflicts = await compareKnown(client, intruded ? [...known, ...accepted] : known);
  const refused = [
    ...all.flatMap((fit) => fit.refused),
    ...conflicts.map((delivery) => ({ delivery, fault: 'conflict' as const })),
  ];
  await insertFaults(client, [...faults, ...refused.map(faultOf)]);
  await foldAgents(client, fits);
  return { fits: all, refused };
}

async function foldAgents(client: PoolClient, fits: ReadonlyMap<string, Fit>): Promise<void> {
  const grown = [...fits].filter(([, { accepted }]) => accepted.length > 0);
  const before = await loadFolded(
    client,
    grown.filter(([, fit]) => !startsChain(fit)).map(([id]) => id),
  );
  const changed = grown.map(([id, { accepted }]) => {
    const records = accepted.map(({ record }) => record);
    const former: AgentState | undefined = before.get(id);
    const [first, last] = [records[0], records.at(-1)] as [(typeof records)[0], (typeof records)[0]];
    return { folded: foldRecords(former, records, id), first, last };
  });
  await saveAgents(client, changed);
  await saveRunRows(
    client,
    changed.map(({ folded }) => folded),
  );
}

function startsChain({ accepted }: Fit): boolean {
  return accepted[0]?.record.sequence === 1;
}

/** Deliveries by the agent they belong to. */
export function byAgent<D extends Delivery>(deliveries: readonly D[]): Map<string, D[]> {
  const groups = new Map<string, D[]>();
  for (const delivery of deliveries) {
    const id = eventAgent(delivery.record);
    const group = groups.get(id);
    if (group) group.push(delivery);
    else groups.set(id, [delivery]);
  }
  return groups;
}

function faultOf({ delivery: { record, position }, fault }: { delivery: Delivery; fault: RecordFault }): Fault {
  return {
    agentId: eventAgent(record),
    sequence: record.sequence,
    fault,
    detail: `${record.type} by ${record.principal}, hash ${record.hash}, prevhash ${record.prevhash}, position ${position ?? 'none'}`,
  };
}
