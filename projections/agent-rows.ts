import type { PoolClient } from 'pg';
import type { AgentState } from '../actors/core/agent-state';
import { eventName, type EventRecord } from '../actors/core/event';
import { genesisHash } from '../actors/core/hash-chain';
import type { Head } from './fit-records';
import { foldRecords, knownKind, type FoldedAgent } from './fold';
import { healthOf } from './health';
import { plain } from './ledger-rows';
import type { Queryable } from './queries/queryable';

const genesis: Head = { sequence: 0, hash: genesisHash };

/**
 * Until the end of the transaction nobody else projects these agents. A lock on the rows would not do: an agent's first
 * record has none yet.
 */
export async function lockAgents(client: PoolClient, agentIds: readonly string[]): Promise<void> {
  await client.query(
    `SELECT pg_advisory_xact_lock(key)
     FROM (SELECT DISTINCT hashtextextended(id, 0) AS key FROM unnest($1::text[]) AS id ORDER BY key) AS keys`,
    [agentIds],
  );
}

/** Where each agent's ledger ends. */
export async function loadHeads(db: Queryable, agentIds: readonly string[]): Promise<Map<string, Head>> {
  const { rows } = await db.query<{ id: string; sequence: string; hash: string }>(
    'SELECT id, sequence, hash FROM agents WHERE id = ANY($1::text[])',
    [agentIds],
  );
  const stored = new Map(rows.map(({ id, sequence, hash }) => [id, { sequence: Number(sequence), hash }]));
  return new Map(agentIds.map((id) => [id, stored.get(id) ?? genesis]));
}

/** The agents folded up to their heads, of those ids that have a row. */
export async function loadFolded(client: PoolClient, agentIds: readonly string[]): Promise<Map<string, AgentState>> {
  const { rows } = await client.query<{ id: string; folded: AgentState; kind_known: boolean }>(
    'SELECT id, folded, kind_known FROM agents WHERE id = ANY($1::text[])',
    [agentIds],
  );
  const folded = new Map<string, AgentState>();
  for (const row of rows) {
    const outdated = !row.kind_known && knownKind(row.folded.kind) !== null;
    folded.set(row.id, outdated ? await refold(client, row.id) : row.folded);
  }
  return folded;
}

/** A release that did not know the kind could not fold its state; this one can. */
async function refold(client: PoolClient, agentId: string): Promise<AgentState> {
  const { rows } = await client.query<{ record: EventRecord }>(
    'SELECT record FROM events WHERE agent_id = $1 ORDER BY sequence',
    [agentId],
  );
  return foldRecords(
    undefined,
    rows.map(({ record }) => record),
    agentId,
  ).agent;
}

/** Writes the agents as they stand after `records`. */
export async function saveAgents(
  client: PoolClient,
  changed: readonly { folded: FoldedAgent; first: EventRecord; last: EventRecord }[],
): Promise<void> {
  if (changed.length === 0) return;
  const agents = changed.map(({ folded }) => folded.agent);
  await client.query(
    `INSERT INTO agents (id, kind, name, status, config_version, sequence, hash, folded, kind_known, created_at, updated_at, last_event_type, health)
     SELECT id, kind, name, status, config_version, sequence, hash, folded::json, kind_known, created_at, updated_at, last_event_type, health::json
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::bigint[], $7::text[], $8::text[], $9::boolean[],
       $10::timestamptz[], $11::timestamptz[], $12::text[], $13::text[])
       AS new (id, kind, name, status, config_version, sequence, hash, folded, kind_known, created_at, updated_at, last_event_type, health)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, status = excluded.status, config_version = excluded.config_version,
       sequence = excluded.sequence, hash = excluded.hash, folded = excluded.folded, kind_known = excluded.kind_known,
       updated_at = excluded.updated_at, last_event_type = excluded.last_event_type, health = excluded.health`,
    [
      agents.map(({ id }) => id),
      agents.map(({ kind }) => kind),
      agents.map(({ name }) => plain(name)),
      agents.map(({ status }) => status),
      agents.map(({ configVersion }) => configVersion),
      agents.map(({ sequence }) => sequence),
      agents.map(({ hash }) => hash),
      agents.map((agent) => JSON.stringify(agent)),
      changed.map(({ folded }) => folded.kindKnown),
      changed.map(({ first }) => first.time),
      changed.map(({ last }) => last.time),
      changed.map(({ last }) => eventName(last)),
      agents.map((agent) => {
        const health = healthOf(agent);
        return health && JSON.stringify(health);
      }),
    ],
  );
}
