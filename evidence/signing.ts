import type { Pool } from 'pg';
import { ConfigError } from '../infra/config';
import type { SigningKey } from '../infra/evidence-key';
import { inTransaction } from '../infra/postgres/transaction';
import { evidenceKeys, insertEvidenceKey, installationId } from '../projections/queries/evidence-keys';
import type { Queryable } from '../projections/queries/queryable';

/** Any number that all of Ymera's processes agree on: whoever signs or changes keys has it for its transaction. */
const keysLock = 7_941_304;

/** Takes the lock under which keys neither change nor sign until the transaction ends. */
export async function lockKeys(db: Queryable): Promise<void> {
  await db.query('SELECT pg_advisory_xact_lock($1)', [keysLock]);
}

/** Who signs: the installation, and its key of now. */
export class Signing {
  private constructor(
    /** The installation's UUID. */
    readonly installation: string,
    private key: SigningKey,
    private readonly readKey: () => SigningKey,
  ) {}

  /**
   * Makes the key known where the installation has none yet.
   * @param readKey reads the key's file
   * @throws ConfigError where the file holds no key, or another one than the installation signs with: evidence by a key
   * that nobody vouches for is worth nothing
   */
  static async establish(pool: Pool, readKey: () => SigningKey): Promise<Signing> {
    const key = readKey();
    return inTransaction(pool, async (db) => {
      await lockKeys(db);
      const known = await evidenceKeys(db);
      if (known.length === 0) await insertEvidenceKey(db, { ...publicHalf(key), vouchedBy: null, voucher: null });
      const current = known.find(({ retiredAt }) => retiredAt === null);
      if (current !== undefined && current.keyId !== key.keyId) throw foreignKey(key.keyId, current.keyId);
      return new Signing(await installationId(db), key, readKey);
    });
  }

  get keyId(): string {
    return this.key.keyId;
  }

  /**
   * The key to sign with in this transaction; after a rotation the file is read again.
   * @throws ConfigError where the file does not hold the installation's key
   */
  async current(db: Queryable): Promise<SigningKey> {
    await lockKeys(db);
    const current = (await evidenceKeys(db)).find(({ retiredAt }) => retiredAt === null);
    if (current !== undefined && current.keyId !== this.key.keyId) {
      this.key = this.readKey();
      if (current.keyId !== this.key.keyId) throw foreignKey(this.key.keyId, current.keyId);
    }
    return this.key;
  }
}

/** What may be known of a new key. */
export function publicHalf({ keyId, publicKey }: SigningKey): {
  keyId: string;
  publicKey: string;
  createdAt: string;
  retiredAt: null;
} {
  return { keyId, publicKey: publicKey.toString('base64'), createdAt: new Date().toISOString(), retiredAt: null };
}

function foreignKey(keyId: string, current: string): ConfigError {
  return new ConfigError([
    `EVIDENCE_KEY_FILE: holds the key ${keyId}, but this installation signs with ${current}: give it that one, or rotate (docs/evidence-keys.md)`,
  ]);
}
