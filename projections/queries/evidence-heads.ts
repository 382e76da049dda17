import type { Head } from '../../actors/core/evidence/checkpoint';
import type { Queryable } from './queryable';

/** A head of an agent's chain under a signed checkpoint. */
export interface SignedHeadRow {
  checkpoint: number;
  /** Index among the leaves of its tree. */
  leaf: number;
  sequence: number;
  hash: string;
  /** Of the checkpoint; the signature is base64. */
  body: string;
  signature: string;
}

/** The signed heads of an agent after a sequence, in the order of its records. @param limit most heads */
export async function signedHeads(
  db: Queryable,
  agentId: string,
  after: number,
  limit: number,
): Promise<SignedHeadRow[]> {
  const { rows } = await db.query<{
    checkpoint: string;
    leaf: number;
    sequence: string;
    hash: string;
    body: string;
    signature: Buffer;
  }>(
    `SELECT checkpoint, leaf, sequence, heads.hash, body, signature
     FROM checkpoint_heads AS heads JOIN checkpoints ON number = checkpoint
     WHERE agent_id = $1 AND sequence > $2 ORDER BY sequence, checkpoint LIMIT $3`,
    [agentId, after, limit],
  );
  return rows.map(({ checkpoint, sequence, signature, ...row }) => ({
    ...row,
    checkpoint: Number(checkpoint),
    sequence: Number(sequence),
    signature: signature.toString('base64'),
  }));
}

/** All heads under a checkpoint, in the order of its tree. */
export async function headsUnder(db: Queryable, checkpoint: number): Promise<Head[]> {
  const { rows } = await db.query<{ agent_id: string; sequence: string; hash: string }>(
    'SELECT agent_id, sequence, hash FROM checkpoint_heads WHERE checkpoint = $1 ORDER BY leaf',
    [checkpoint],
  );
  return rows.map(({ agent_id, sequence, hash }) => ({ agent: agent_id, sequence: Number(sequence), hash }));
}

/** An agent's signed tombstones, oldest first; signatures are base64. */
export async function tombstonesOf(db: Queryable, agentId: string): Promise<{ body: string; signature: string }[]> {
  const { rows } = await db.query<{ body: string; signature: Buffer }>(
    'SELECT body, signature FROM tombstones WHERE agent_id = $1 ORDER BY from_sequence',
    [agentId],
  );
  return rows.map(({ body, signature }) => ({ body, signature: signature.toString('base64') }));
}
