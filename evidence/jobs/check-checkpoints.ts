import type { Pool } from 'pg';
import { checkpointHash, firstPrevious } from '../../actors/core/evidence/checkpoint';
import type { EvidenceKey } from '../../actors/core/evidence/signature';
import { openCheckpoint } from '../../actors/core/evidence/signed-check';
import { checkpointsAfter } from '../../projections/queries/evidence-checkpoints';
import type { CheckpointsVerdict } from '../../projections/queries/verifications';

const pageSize = 200;

/** Whether all checkpoints follow each other without a gap, name the one before, and are signed by keys that can be believed. */
export async function checkCheckpoints(
  pool: Pool,
  installation: string,
  keys: ReadonlyMap<string, EvidenceKey>,
  signal: AbortSignal,
): Promise<CheckpointsVerdict> {
  let [checked, previous] = [0, firstPrevious];
  for (;;) {
    signal.throwIfAborted();
    const page = await checkpointsAfter(pool, checked, pageSize);
    for (const { number, ...signed } of page) {
      const expected = checked + 1;
      const fail = (message: string): CheckpointsVerdict => ({ verdict: 'fail', number: expected, message });
      if (number !== expected) return fail(`checkpoint ${expected} is missing`);
      const { body, fault } = openCheckpoint(signed, installation, keys);
      if (fault !== null || body?.number !== number)
        return fail(`checkpoint ${number} ${fault?.what ?? 'has another number'}`);
      if (body.previous !== previous) return fail(`checkpoint ${number} does not name the one before it`);
      [checked, previous] = [number, checkpointHash(signed.body)];
    }
    if (page.length < pageSize) return { verdict: 'pass', checked };
  }
}
