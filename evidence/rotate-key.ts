import { chmod, copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Pool } from 'pg';
import { voucherBody } from '../actors/core/evidence/signature';
import { generateKeyPem, signingKeyOf } from '../infra/evidence-key';
import { inTransaction } from '../infra/postgres/transaction';
import { evidenceKeys, insertEvidenceKey, retireEvidenceKey } from '../projections/queries/evidence-keys';
import { lockKeys, publicHalf } from './signing';

/** A key can't be rotated; the message is for people. */
export class RotationError extends Error {
  readonly code = 'rotation_refused';
}

/**
 * Makes a new key that the one of now vouches for, and puts it in its place; keepers that run go on with it by themselves. The
 * old one stays beside it as `<file>.<its id>`. Killed at any point, it is finished by being called again.
 * @param file the key of now
 * @returns ids of the key before and of the new one
 * @throws RotationError where the file does not hold the key of now; the error of Postgres or of the file
 */
export async function rotateKey(pool: Pool, file: string): Promise<{ before: string; after: string }> {
  const next = `${file}.next`;
  const old = signingKeyOf(await readFile(file, 'utf8'));
  const fresh = signingKeyOf(await keptNext(next));
  await inTransaction(pool, async (db) => {
    await lockKeys(db);
    const current = (await evidenceKeys(db)).find(({ retiredAt }) => retiredAt === null);
    // An earlier try had come to here.
    if (current?.keyId === fresh.keyId) return;
    if (current?.keyId !== old.keyId) {
      throw new RotationError(
        `the file holds the key ${old.keyId}, and the key of now is ${current?.keyId ?? 'none yet'}`,
      );
    }
    const key = { ...publicHalf(fresh), vouchedBy: old.keyId, voucher: null };
    const voucher = Buffer.from(old.sign(voucherBody(key))).toString('base64');
    await retireEvidenceKey(db, old.keyId, key.createdAt);
    await insertEvidenceKey(db, { ...key, voucher });
  });
  await copyFile(file, `${file}.${old.keyId}`);
  await chmod(`${file}.${old.keyId}`, 0o600);
  await rename(next, file);
  return { before: old.keyId, after: fresh.keyId };
}

/** The next key, which is on the disk before anybody knows of it. */
async function keptNext(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept !== null) return kept;
  const pem = generateKeyPem();
  await rm(`${file}.tmp`, { force: true });
  await writeFile(`${file}.tmp`, pem, { mode: 0o600, flag: 'wx', flush: true });
  await rename(`${file}.tmp`, file);
  return pem;
}
