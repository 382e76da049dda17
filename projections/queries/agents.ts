import type { AgentState } from '../../actors/core/agent-state';
import type { AgentHealth } from '../../actors/core/health';
import { kinds } from '../../actors/registry';
import { healthOf, kindsWithHealth } from '../health';
import { formatCursor, parseCursor } from './cursor';
import { likeAny } from './id-patterns';
import type { Queryable } from './queryable';

/** An agent in a list. Times are ISO 8601, UTC. */
export interface AgentSummary {
  id: string;
  kind: string;
  name: string;
  status: 'running' | 'stopped';
  configVersion: number;
  sequence: number;
  hash: string;
  createdAt: string;
  updatedAt: string;
  lastEventType: string;
  /** Null where the kind says nothing of it. */
  health: AgentHealth | null;
}

/** Which agents: all conditions given must hold. */
export interface AgentFilter {
  /** Left out: all but the kinds that only Ymera itself makes agents of. */
  kind?: string;
  status?: 'running' | 'stopped';
  /** How the id or (whatever its case) the name begins. */
  q?: string;
  /** Ids, or how they begin and a star. */
  patterns?: readonly string[];
  /** These and no others. */
  ids?: readonly string[];
}

export interface AgentPage {
  agents: AgentSummary[];
  /** For the page after this one; null on the last. */
  next: string | null;
}

interface AgentRow {
  id: string;
  kind: string;
  name: string;
  status: 'running' | 'stopped';
  config_version: number;
  sequence: string;
  hash: string;
  created_at: Date;
  updated_at: Date;
  last_event_type: string;
  health: AgentHealth | null;
  /** Where the row has no health yet and the kind knows it. */
  folded: AgentState | null;
}

/**
 * Agents, newest first, by pages.
 * @param limit most agents of the page
 * @param cursor `next` of the page before; one that was never given out counts as none
 */
export async function listAgents(
  db: Queryable,
  { kind, status, q, patterns, ids }: AgentFilter,
  limit: number,
  cursor?: string,
): Promise<AgentPage> {
  const after = parseCursor(cursor, ['time', 'text']);
  const prefix = q === undefined || q === '' ? null : `${q.replaceAll('\0', '').replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await db.query<AgentRow>(
    `SELECT id, kind, name, status, config_version, sequence, hash, created_at, updated_at, last_event_type, health,
       CASE WHEN health IS NULL AND kind = ANY ($9::text[]) THEN folded END AS folded
     FROM agents
     WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR status = $2)
       AND ($3::text IS NULL OR id LIKE $3 OR lower(name) LIKE lower($3))
       AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::text))
       AND ($1::text IS NOT NULL OR kind <> ALL ($6::text[]))
       AND ($7::text[] IS NULL OR id LIKE ANY ($7))
       AND ($10::text[] IS NULL OR id = ANY ($10))
     ORDER BY created_at DESC, id DESC LIMIT $8`,
    [
      kind ?? null,
      status ?? null,
      prefix,
      after?.[0] ?? null,
      after?.[1] ?? null,
      internalKinds(),
      patterns ? likeAny(patterns) : null,
      limit + 1,
      kindsWithHealth(),
      ids ?? null,
    ],
  );
  const agents = rows.slice(0, limit).map(summary);
  const last = agents.at(-1);
  return { agents, next: rows.length > limit && last ? formatCursor([last.createdAt, last.id]) : null };
}

/** One agent as it is folded from the ledger, or null where the ledger has none of that id. */
export async function findAgent(db: Queryable, id: string): Promise<AgentState | null> {
  const { rows } = await db.query<{ folded: AgentState }>('SELECT folded FROM agents WHERE id = $1', [id]);
  return rows[0]?.folded ?? null;
}

/**
 * How many agents there are, by status.
 * @param kind left out: all but the kinds that only Ymera itself makes agents of
 */
export async function countAgents(db: Queryable, kind?: string): Promise<{ running: number; stopped: number }> {
  const { rows } = await db.query<{ running: string; stopped: string }>(
    `SELECT count(*) FILTER (WHERE status = 'running') AS running, count(*) FILTER (WHERE status = 'stopped') AS stopped
     FROM agents WHERE CASE WHEN $1::text IS NULL THEN kind <> ALL ($2::text[]) ELSE kind = $1 END`,
    [kind ?? null, internalKinds()],
  );
  return { running: Number(rows[0]?.running ?? 0), stopped: Number(rows[0]?.stopped ?? 0) };
}

function internalKinds(): string[] {
  return kinds.filter(({ internal }) => internal).map(({ name }) => name);
}

function summary(row: AgentRow): AgentSummary {
  const { id, kind, name, status, hash } = row;
  return {
    id,
    kind,
    name,
    status,
    configVersion: row.config_version,
    sequence: Number(row.sequence),
    hash,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    lastEventType: row.last_event_type,
    health: row.health ?? (row.folded && healthOf(row.folded)),
  };
}

/** Ids of all agents that the ledger or the archive knows. */
export async function listAgentIds(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>('SELECT id FROM agents UNION SELECT agent_id FROM raw_histories');
  return rows.map(({ id }) => id);
}
