import { formatCursor, parseCursor } from './cursor';
import type { Queryable } from './queryable';

/** A run that has a target, or waits for it. Times are ISO 8601, UTC. */
export interface TargetClaim {
  /** Id of the run. */
  owner: string;
  /** Path of the step that wants it, where the whole run does not. */
  step?: string | null;
  since: string;
  /** Of a holder: when its lease ends. */
  until?: string;
}

/** A real thing whose lock has been asked for at least once. */
export interface TargetSummary {
  /** Id of the agent of kind `target` that keeps its lock. */
  agent: string;
  /** Such as `service:web`. */
  key: string;
  /** How many may hold it at once. */
  slots: number;
  holders: TargetClaim[];
  /** The next one first. */
  queue: TargetClaim[];
  updatedAt: string;
}

/** Which targets: all conditions given must hold. */
export interface TargetFilter {
  key?: string;
  held?: boolean;
}

export interface TargetPage {
  targets: TargetSummary[];
  /** For the page after this one; null on the last. */
  next: string | null;
}

interface TargetRow {
  agent_id: string;
  key: string;
  slots: number;
  holders: TargetClaim[];
  queue: TargetClaim[];
  updated_at: Date;
}

/**
 * Targets by key, by pages.
 * @param limit most targets of the page
 * @param cursor `next` of the page before; one that was never given out counts as none
 */
export async function listTargets(
  db: Queryable,
  { key, held }: TargetFilter,
  limit: number,
  cursor?: string,
): Promise<TargetPage> {
  const after = parseCursor(cursor, ['text']);
  const { rows } = await db.query<TargetRow>(
    `SELECT agent_id, key, slots, holders, queue, updated_at FROM targets
     WHERE ($1::text IS NULL OR key = $1) AND ($2::boolean IS NULL OR held = $2) AND ($3::text IS NULL OR key > $3)
     ORDER BY key LIMIT $4`,
    [key ?? null, held ?? null, after?.[0] ?? null, limit + 1],
  );
  const targets = rows.slice(0, limit).map(summary);
  const last = targets.at(-1);
  return { targets, next: rows.length > limit && last ? formatCursor([last.key]) : null };
}

function summary({ agent_id, key, slots, holders, queue, updated_at }: TargetRow): TargetSummary {
  return { agent: agent_id, key, slots, holders, queue, updatedAt: updated_at.toISOString() };
}
