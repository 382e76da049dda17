import type { EventRecord } from '../../actors/core/event';
import type { InclusionProof } from '../../actors/core/evidence/checkpoint';
import type { EvidenceKey } from '../../actors/core/evidence/signature';
import type { SignedTombstone } from '../../actors/core/evidence/tombstone';
import type { ConcernedAgent, ExportFilter, SignedHead } from '../../projections/queries/evidence-export';
import type { RawHistory } from '../../projections/queries/evidence-histories';

/** What a bundle says of an archived history, without its bytes: no more than its format has. */
export type ArchivedRun = Pick<
  RawHistory,
  | 'workflowId'
  | 'runId'
  | 'previousRunId'
  | 'nextRunId'
  | 'closed'
  | 'firstSequence'
  | 'lastSequence'
  | 'sha256'
  | 'sdkVersion'
  | 'buildId'
  | 'bundleSha256'
  | 'encrypted'
>;

/** All that is kept as evidence, in pieces that fit into memory. Each call throws a `Problem` `unavailable` where it can't be had. */
export interface EvidenceSource {
  installation(): Promise<string>;
  /** In the order in which they were made. */
  keys(): Promise<EvidenceKey[]>;
  agents(filter: ExportFilter, limit: number): Promise<ConcernedAgent[]>;
  /** A run and those that it has begun. */
  family(runId: string, limit: number): Promise<ConcernedAgent[]>;
  matching(agentId: string, filter: ExportFilter, after: number, limit: number): Promise<number[]>;
  records(agentId: string, from: number, to: number, limit: number): Promise<EventRecord[]>;
  /** Where an agent's ledger ends, or null where it has none. */
  ledgerHead(agentId: string): Promise<{ sequence: number; hash: string } | null>;
  signedHeadAfter(agentId: string, sequence: number): Promise<SignedHead | null>;
  newestSignedHead(agentId: string): Promise<SignedHead | null>;
  signedHeads(agentId: string, span: { from: number; to: number }, most: number): Promise<SignedHead[]>;
  /** A checkpoint, and proofs for some of its leaves, in the order asked for. */
  checkpoint(
    number: number,
    leaves: readonly number[],
  ): Promise<{ body: string; signature: string; proofs: InclusionProof[] }>;
  /** Oldest first. */
  tombstones(agentId: string): Promise<SignedTombstone[]>;
  /** Oldest first. */
  histories(agentId: string): Promise<ArchivedRun[]>;
  /** A run as it is archived now, and its `temporal.api.history.v1.History` as protobuf; null where it has gone since. */
  history(workflowId: string, runId: string): Promise<{ run: ArchivedRun; bytes: Uint8Array } | null>;
}

/** What the keeper alone can do: it holds the key. Each call throws a `Problem` `unavailable` where it does not answer. */
export interface Keeper {
  /** Signs where all chains stand now. */
  makeCheckpoint(): Promise<void>;
  /** Takes what Temporal has of an agent's runs, the one that goes on among them. */
  archive(agentId: string): Promise<void>;
  /** @param text canonical JSON of the manifest, which names the key of now */
  signManifest(text: string): Promise<{ keyId: string; signature: string }>;
}
