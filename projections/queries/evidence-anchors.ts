import type { Queryable } from './queryable';

/** How far the checkpoints are anchored in one place outside. */
export interface Anchor {
  /** `file`, `git` or `webhook`. */
  name: string;
  /** The last one that is there; 0 for none. */
  checkpoint: number;
  anchoredAt: string | null;
  /** Why the last try failed; null where it did not. */
  fault: string | null;
  failedAt: string | null;
}

interface Row {
  name: string;
  checkpoint: string;
  anchored_at: Date | null;
  fault: string | null;
  failed_at: Date | null;
}

/** All anchors that were ever set, by name. */
export async function listAnchors(db: Queryable): Promise<Anchor[]> {
  const { rows } = await db.query<Row>('SELECT * FROM anchors ORDER BY name');
  return rows.map(({ name, checkpoint, anchored_at, fault, failed_at }) => ({
    name,
    checkpoint: Number(checkpoint),
    anchoredAt: anchored_at?.toISOString() ?? null,
    fault,
    failedAt: failed_at?.toISOString() ?? null,
  }));
}

/**
 * The last checkpoint that is in a place; 0 where it is a new one.
 * @param target SHA-256 of where it is
 */
export async function openAnchor(db: Queryable, name: string, target: string): Promise<number> {
  const { rows } = await db.query<{ checkpoint: string }>(
    `INSERT INTO anchors AS kept (name, target) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET
       target = excluded.target,
       checkpoint = CASE WHEN kept.target = excluded.target THEN kept.checkpoint ELSE 0 END
     RETURNING checkpoint`,
    [name, target],
  );
  return Number(rows[0]?.checkpoint ?? 0);
}

export async function noteAnchored(db: Queryable, name: string, checkpoint: number): Promise<void> {
  await db.query(
    'UPDATE anchors SET checkpoint = $2, anchored_at = now(), fault = NULL, failed_at = NULL WHERE name = $1',
    [name, checkpoint],
  );
}

export async function noteAnchorFault(db: Queryable, name: string, fault: string): Promise<void> {
  await db.query('UPDATE anchors SET fault = $2, failed_at = now() WHERE name = $1', [name, fault]);
}

/** Removes anchors that are set no more. */
export async function dropAnchorsBut(db: Queryable, names: readonly string[]): Promise<void> {
  await db.query('DELETE FROM anchors WHERE name <> ALL($1)', [names]);
}
