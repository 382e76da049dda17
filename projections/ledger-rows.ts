import type { PoolClient } from 'pg';
import { eventAgent } from '../actors/core/event';
import type { Delivery } from './fit-records';
import type { Queryable } from './queries/queryable';

/** A refusal, as it is noted. */
export interface Fault {
  agentId: string;
  sequence: number;
  fault: string;
  detail: string;
}

/**
 * Makes the partitions that these records go to, and that of next month, where they are missing. Not to be called within the
 * transaction that inserts: whoever uses the ledger would wait for its end.
 */
export async function makePartitions(db: Queryable, deliveries: readonly Delivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  const months = new Set(deliveries.map(({ record }) => record.time.slice(0, 7)));
  await db.query(`SELECT make_event_partitions($1::timestamptz[])`, [
    [...months].map((month) => `${month}-01T00:00:00Z`),
  ]);
}

/**
 * Appends records that continue their chains; one that is there already stays as it is. Their agents must be locked.
 * @returns how many were appended
 */
export async function insertEvents(client: PoolClient, deliveries: readonly Delivery[]): Promise<number> {
  if (deliveries.length === 0) return 0;
  const records = deliveries.map(({ record }) => record);
  const { rowCount } = await client.query(
    `INSERT INTO events (agent_id, sequence, record, type, messagetype, time, principal, commandid, hash, position)
     SELECT agent_id, sequence, record::json, type, messagetype, time, principal, commandid, hash, position
     FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[],
       $9::text[], $10::bigint[])
       AS new (agent_id, sequence, record, type, messagetype, time, principal, commandid, hash, position)
     WHERE NOT EXISTS (SELECT FROM events WHERE events.agent_id = new.agent_id AND events.sequence = new.sequence)`,
    [
      records.map((record) => eventAgent(record)),
      records.map((record) => record.sequence),
      records.map((record) => JSON.stringify(record)),
      records.map((record) => record.type),
      records.map((record) => record.messagetype),
      records.map((record) => record.time),
      records.map((record) => plain(record.principal)),
      records.map((record) => plain(record.commandid)),
      records.map((record) => record.hash),
      deliveries.map(({ position }) => position),
    ],
  );
  return rowCount ?? 0;
}

/**
 * Compares deliveries with the records of the same sequence in the ledger, and adds positions that it lacks.
 * @returns those that differ
 */
export async function compareKnown(client: PoolClient, deliveries: readonly Delivery[]): Promise<Delivery[]> {
  if (deliveries.length === 0) return [];
  const { rows } = await client.query<{ place: string }>(
    `SELECT given.place FROM unnest($1::text[], $2::bigint[], $3::text[]) WITH ORDINALITY AS given (agent_id, sequence, hash, place)
     JOIN events USING (agent_id, sequence) WHERE events.hash = given.hash`,
    [
      deliveries.map(({ record }) => eventAgent(record)),
      deliveries.map(({ record }) => record.sequence),
      deliveries.map(({ record }) => record.hash),
    ],
  );
  const same = new Set(rows.map(({ place }) => Number(place) - 1));
  const positioned = deliveries.filter(({ position }, i) => position !== null && same.has(i));
  if (positioned.length > 0) await addPositions(client, positioned);
  return deliveries.filter((_, i) => !same.has(i));
}

async function addPositions(client: PoolClient, deliveries: readonly Delivery[]): Promise<void> {
  await client.query(
    `UPDATE events SET position = given.position
     FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS given (agent_id, sequence, position)
     WHERE events.agent_id = given.agent_id AND events.sequence = given.sequence AND events.position IS NULL`,
    [
      deliveries.map(({ record }) => eventAgent(record)),
      deliveries.map(({ record }) => record.sequence),
      deliveries.map(({ position }) => position),
    ],
  );
}

/** Notes refusals, each once. */
export async function insertFaults(client: PoolClient, faults: readonly Fault[]): Promise<void> {
  if (faults.length === 0) return;
  await client.query(
    `INSERT INTO ledger_faults (agent_id, sequence, fault, detail)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) ON CONFLICT DO NOTHING`,
    [
      faults.map(({ agentId }) => plain(agentId).slice(0, 300)),
      faults.map(({ sequence }) => sequence),
      faults.map(({ fault }) => fault),
      faults.map(({ detail }) => plain(detail).slice(0, 500)),
    ],
  );
}

/** Text for a column that people search: Postgres takes no NUL in a text. The record itself keeps what it was. */
export function plain(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}
