import type { EvidenceKey } from '../../actors/core/evidence/signature';
import type { Queryable } from './queryable';

interface Row {
  key_id: string;
  public_key: Buffer;
  created_at: Date;
  retired_at: Date | null;
  vouched_by: string | null;
  voucher: Buffer | null;
}

/** The installation's UUID. */
export async function installationId(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ id: string }>('SELECT id FROM installation');
  return (rows[0] as { id: string }).id;
}

/** All keys that this installation has signed with, in the order in which they were made. */
export async function evidenceKeys(db: Queryable): Promise<EvidenceKey[]> {
  const { rows } = await db.query<Row>('SELECT * FROM evidence_keys ORDER BY created_at, vouched_by NULLS FIRST');
  return rows.map((row) => ({
    keyId: row.key_id,
    publicKey: row.public_key.toString('base64'),
    createdAt: row.created_at.toISOString(),
    retiredAt: row.retired_at?.toISOString() ?? null,
    vouchedBy: row.vouched_by,
    voucher: row.voucher?.toString('base64') ?? null,
  }));
}

/** Keeps a key. @returns false where there is one already that nobody has retired, or that nobody vouches for */
export async function insertEvidenceKey(
  db: Queryable,
  { keyId, publicKey, createdAt, vouchedBy, voucher }: EvidenceKey,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO evidence_keys (key_id, public_key, created_at, vouched_by, voucher)
     SELECT $1, $2, $3, $4, $5
     WHERE NOT EXISTS (SELECT FROM evidence_keys WHERE retired_at IS NULL OR $4::text IS NULL)
     ON CONFLICT DO NOTHING`,
    [
      keyId,
      Buffer.from(publicKey, 'base64'),
      createdAt,
      vouchedBy,
      voucher === null ? null : Buffer.from(voucher, 'base64'),
    ],
  );
  return rowCount === 1;
}

/** Notes that a key signs no more. */
export async function retireEvidenceKey(db: Queryable, keyId: string, at: string): Promise<void> {
  await db.query('UPDATE evidence_keys SET retired_at = $2 WHERE key_id = $1 AND retired_at IS NULL', [keyId, at]);
}

/** Says that the keeper of this host lives. */
export async function sayAlive(db: Queryable, host: string): Promise<void> {
  await db.query(`INSERT INTO keepers VALUES ($1, now()) ON CONFLICT (host) DO UPDATE SET seen_at = now()`, [host]);
  await db.query(`DELETE FROM keepers WHERE seen_at < now() - interval '1 day'`);
}
