import type { Pool } from 'pg';
import { ConfigError } from '../infra/config';
import type { SigningKey } from '../infra/evidence-key';
import { inTransaction } from '../infra/postgres/transaction';
import { evidenceKeys, insertEvidenceKey, installationId } from '../projections/queries/evidence-keys';

/** Any number that all of Ymera's processes agree on: only one at a time changes keys. */
const keysLock = 7_941_304;

/** Who signs: the installation and its key of now. */
export interface Identity {
  /** The installation's UUID. */
  installation: string;
  key: SigningKey;
}

/**
 * Makes the key known where the installation has none yet.
 * @throws ConfigError where the installation signs with another key: evidence by a key that nobody vouches for is worth nothing
 */
export async function establishIdentity(pool: Pool, key: SigningKey): Promise<Identity> {
  return inTransaction(pool, async (db) => {
    await db.query('SELECT pg_advisory_xact_lock($1)', [keysLock]);
    const known = await evidenceKeys(db);
    if (known.length === 0) {
      await insertEvidenceKey(db, {
        keyId: key.keyId,
        publicKey: key.publicKey.toString('base64'),
        createdAt: new Date().toISOString(),
        retiredAt: null,
        vouchedBy: null,
        voucher: null,
      });
    }
    const current = known.find(({ retiredAt }) => retiredAt === null);
    if (current !== undefined && current.keyId !== key.keyId) {
      throw new ConfigError([
        `EVIDENCE_KEY_FILE: holds the key ${key.keyId}, but this installation signs with ${current.keyId}: give it that one, or rotate (docs/evidence-keys.md)`,
      ]);
    }
    return { installation: await installationId(db), key };
  });
}
