import type { CheckpointBody, Head } from '../../actors/core/evidence/checkpoint';
import type { Queryable } from './queryable';

/** A checkpoint as it is kept. */
export interface Checkpoint {
  number: number;
  /** Canonical JSON of a `CheckpointBody`: the text that is signed. */
  body: string;
  /** SHA-256 of it. */
  hash: string;
  keyId: string;
  /** base64 */
  signature: string;
}

/** An agent whose ledger has moved on since its head was signed. */
export interface MovedHead {
  head: Head;
  /** The one signed last, or null. */
  signed: Head | null;
}

interface Row {
  number: string;
  body: string;
  hash: string;
  key_id: string;
  signature: Buffer;
}

const chunk = 5_000;

/** The newest one, or null before the first. */
export async function newestCheckpoint(db: Queryable): Promise<Checkpoint | null> {
  const { rows } = await db.query<Row>('SELECT * FROM checkpoints ORDER BY number DESC LIMIT 1');
  return rows[0] ? checkpointOf(rows[0]) : null;
}

export async function readCheckpoint(db: Queryable, number: number): Promise<Checkpoint | null> {
  const { rows } = await db.query<Row>('SELECT * FROM checkpoints WHERE number = $1', [number]);
  return rows[0] ? checkpointOf(rows[0]) : null;
}

/** Checkpoints after a number, ascending. */
export async function checkpointsAfter(db: Queryable, after: number, limit: number): Promise<Checkpoint[]> {
  const { rows } = await db.query<Row>('SELECT * FROM checkpoints WHERE number > $1 ORDER BY number LIMIT $2', [
    after,
    limit,
  ]);
  return rows.map(checkpointOf);
}

/** Checkpoints before a number, newest first. */
export async function checkpointsBefore(db: Queryable, before: number, limit: number): Promise<Checkpoint[]> {
  const { rows } = await db.query<Row>('SELECT * FROM checkpoints WHERE number < $1 ORDER BY number DESC LIMIT $2', [
    before,
    limit,
  ]);
  return rows.map(checkpointOf);
}

/** The heads under a checkpoint's root, leaf by leaf. */
export async function headsOf(db: Queryable, number: number): Promise<Head[]> {
  const { rows } = await db.query<{ agent_id: string; sequence: string; hash: string }>(
    'SELECT agent_id, sequence, hash FROM checkpoint_heads WHERE checkpoint = $1 ORDER BY leaf',
    [number],
  );
  return rows.map(({ agent_id, sequence, hash }) => ({ agent: agent_id, sequence: Number(sequence), hash }));
}

/** Agents whose head is not the one signed last, by id. @param after the id where the page before ended */
export async function movedHeads(db: Queryable, after: string, limit: number): Promise<MovedHead[]> {
  const { rows } = await db.query<{
    id: string;
    sequence: string;
    hash: string;
    signed_sequence: string | null;
    signed_hash: string | null;
  }>(
    `SELECT a.id, a.sequence, a.hash, s.sequence AS signed_sequence, s.hash AS signed_hash
     FROM agents a LEFT JOIN signed_heads s ON s.agent_id = a.id
     WHERE a.id > $1 AND (s.agent_id IS NULL OR s.sequence <> a.sequence OR s.hash <> a.hash)
     ORDER BY a.id LIMIT $2`,
    [after, limit],
  );
  return rows.map(({ id: agent, sequence, hash, signed_sequence, signed_hash }) => ({
    head: { agent, sequence: Number(sequence), hash },
    signed: signed_hash === null ? null : { agent, sequence: Number(signed_sequence), hash: signed_hash },
  }));
}

/** Keeps a checkpoint with its leaves. Within a transaction. @throws where there is one of that number */
export async function insertCheckpoint(
  db: Queryable,
  { body, text, hash, signature }: { body: CheckpointBody; text: string; hash: string; signature: Uint8Array },
  heads: readonly Head[],
): Promise<void> {
  const { number, keyId } = body;
  await db.query('INSERT INTO checkpoints (number, body, hash, key_id, signature) VALUES ($1, $2, $3, $4, $5)', [
    number,
    text,
    hash,
    keyId,
    Buffer.from(signature),
  ]);
  for (let first = 0; first < heads.length; first += chunk) {
    const some = heads.slice(first, first + chunk);
    const columns = [
      some.map(({ agent }) => agent),
      some.map(({ sequence }) => sequence),
      some.map(({ hash: h }) => h),
    ];
    await db.query(
      `INSERT INTO checkpoint_heads (checkpoint, leaf, agent_id, sequence, hash)
       SELECT $1, $2::integer + row_number - 1, agent, sequence, hash
       FROM ROWS FROM (unnest($3::text[]), unnest($4::bigint[]), unnest($5::text[]))
         WITH ORDINALITY AS head (agent, sequence, hash, row_number)`,
      [number, first, ...columns],
    );
    await db.query(
      `INSERT INTO signed_heads (agent_id, sequence, hash, checkpoint)
       SELECT agent, sequence, hash, $1 FROM unnest($2::text[], $3::bigint[], $4::text[]) AS head (agent, sequence, hash)
       ON CONFLICT (agent_id) DO UPDATE
         SET sequence = excluded.sequence, hash = excluded.hash, checkpoint = excluded.checkpoint`,
      [number, ...columns],
    );
  }
}

/** Notes what is wrong with a chain. @returns false where it was noted before */
export async function noteFault(
  db: Queryable,
  { agent, sequence, fault, detail }: { agent: string; sequence: number; fault: string; detail: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    'INSERT INTO ledger_faults (agent_id, sequence, fault, detail) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [agent, sequence, fault, detail],
  );
  return rowCount === 1;
}

function checkpointOf({ number, body, hash, key_id, signature }: Row): Checkpoint {
  return { number: Number(number), body, hash, keyId: key_id, signature: signature.toString('base64') };
}
