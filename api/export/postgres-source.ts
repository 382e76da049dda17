import type { Pool } from 'pg';
import { proveHeads } from '../../actors/core/evidence/checkpoint';
import { ledgerHead, readEvents } from '../../projections/queries/events';
import {
  concernedAgents,
  matchingSequences,
  newestSignedHead,
  runFamily,
  signedHeadAfter,
  sampledHeads,
} from '../../projections/queries/evidence-export';
import { headsOf, readCheckpoint } from '../../projections/queries/evidence-checkpoints';
import { tombstonesOf } from '../../projections/queries/evidence-heads';
import { historiesOf, historyBytes, readHistory } from '../../projections/queries/evidence-histories';
import { evidenceKeys, installationId } from '../../projections/queries/evidence-keys';
import type { Ask } from '../guarded-postgres';
import type { ArchivedRun, EvidenceSource } from './ports';

/** What is kept as evidence, in Postgres. */
export function postgresEvidence(pool: Pool, ask: Ask): EvidenceSource {
  return {
    installation: () => ask(() => installationId(pool)),
    keys: () => ask(() => evidenceKeys(pool)),
    agents: (filter, limit) => ask(() => concernedAgents(pool, filter, limit)),
    family: (runId, limit) => ask(() => runFamily(pool, runId, limit)),
    matching: (agentId, filter, after, limit) => ask(() => matchingSequences(pool, agentId, filter, after, limit)),
    records: (agentId, from, to, limit) => ask(() => readEvents(pool, agentId, from, to, limit)),
    ledgerHead: (agentId) => ask(() => ledgerHead(pool, agentId)),
    signedHeadAfter: (agentId, sequence) => ask(() => signedHeadAfter(pool, agentId, sequence)),
    newestSignedHead: (agentId) => ask(() => newestSignedHead(pool, agentId)),
    signedHeads: (agentId, span, most) => ask(() => sampledHeads(pool, agentId, span, most)),
    async checkpoint(number, leaves) {
      const signed = await ask(() => readCheckpoint(pool, number));
      if (!signed) throw new Error(`checkpoint ${number} is missing`);
      const heads = await ask(() => headsOf(pool, number));
      return { body: signed.body, signature: signed.signature, proofs: proveHeads(number, heads, leaves) };
    },
    tombstones: (agentId) => ask(() => tombstonesOf(pool, agentId)),
    histories: async (agentId) => (await ask(() => historiesOf(pool, agentId))).map(archivedRun),
    async history(workflowId, runId) {
      const kept = await ask(() => readHistory(pool, workflowId, runId));
      return kept && { run: archivedRun(kept.run), bytes: await historyBytes(kept) };
    },
  };
}

function archivedRun(run: ArchivedRun): ArchivedRun {
  const { workflowId, runId, previousRunId, nextRunId, closed, firstSequence, lastSequence } = run;
  const { sha256, sdkVersion, buildId, bundleSha256, encrypted } = run;
  const code = { sdkVersion, buildId, bundleSha256 };
  return {
    workflowId,
    runId,
    previousRunId,
    nextRunId,
    closed,
    firstSequence,
    lastSequence,
    sha256,
    ...code,
    encrypted,
  };
}
