import type { Pool } from 'pg';
import { proveHead, type Head, type InclusionProof } from '../actors/core/evidence/checkpoint';
import { listAnchors } from '../projections/queries/evidence-anchors';
import { checkpointsBefore, headsOf, readCheckpoint } from '../projections/queries/evidence-checkpoints';
import { evidenceKeys } from '../projections/queries/evidence-keys';
import { formatCursor, parseCursor } from '../projections/queries/cursor';
import type { SignedEvidence } from './dependencies';
import type { Ask } from './guarded-postgres';

/** What the keeper of evidence has signed. */
export function postgresSignedEvidence(pool: Pool, ask: Ask): SignedEvidence {
  return {
    keys: () => ask(() => evidenceKeys(pool)),
    anchors: () => ask(() => listAnchors(pool)),
    checkpoint: (number) => ask(() => readCheckpoint(pool, number)),
    async checkpoints(limit, cursor) {
      const before = Number(parseCursor(cursor, ['number'])?.[0] ?? Number.MAX_SAFE_INTEGER);
      const found = await ask(() => checkpointsBefore(pool, before, limit + 1));
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return { checkpoints: page, next: found.length > limit && last ? formatCursor([String(last.number)]) : null };
    },
    async proof(number, agentId) {
      return proofOf(number, await ask(() => headsOf(pool, number)), agentId);
    },
  };
}

function proofOf(number: number, heads: Head[], agentId: string): { head: Head; proof: InclusionProof } | null {
  const leaf = heads.findIndex(({ agent }) => agent === agentId);
  return leaf === -1 ? null : { head: heads[leaf] as Head, proof: proveHead(number, heads, leaf) };
}
