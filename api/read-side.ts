import type { Readable } from 'node:stream';
import type { AgentState } from '../actors/core/agent-state';
import type { EventRecord } from '../actors/core/event';
import type { Head, InclusionProof } from '../actors/core/evidence/checkpoint';
import type { EvidenceKey } from '../actors/core/evidence/signature';
import type { Positioned } from '../infra/nats/event-bus';
import type { RunLogLine } from '../infra/postgres/run-logs';
import type { RetentionClasses } from '../infra/retention';
import type { AgentFilter, AgentPage } from '../projections/queries/agents';
import type { ApprovalFilter, ApprovalPage } from '../projections/queries/approvals';
import type { ConfigTemplate, NewTemplate, TemplatePage } from '../projections/queries/config-templates';
import type { Anchor } from '../projections/queries/evidence-anchors';
import type { Checkpoint } from '../projections/queries/evidence-checkpoints';
import type { EventSlice, SliceBy } from '../projections/queries/event-histogram';
import type { FaultPage } from '../projections/queries/events';
import type { HoldPage, LegalHold } from '../projections/queries/evidence-holds';
import type { Retention } from '../projections/queries/evidence-retention';
import type { Hook, HookDeliveryPage, HookPage, NewHook } from '../projections/queries/hooks';
import type { LedgerFilter, LedgerPlace } from '../projections/queries/ledger-order';
import type { MetricName, Series, SeriesQuery } from '../projections/queries/metric-samples';
import type {
  ExpectedVersion,
  NewRunbook,
  Runbook,
  RunbookPage,
  RunbookVersionPage,
} from '../projections/queries/runbooks';
import type { RunFilter, RunPage } from '../projections/queries/runs';
import type { TargetFilter, TargetPage } from '../projections/queries/targets';
import type { VitalSample, VitalsQuery, VitalSummary } from '../projections/queries/web-vitals';

/** What the API reads: ports over the read side, the ledger and the evidence. */

/** What the projector has written. Each call throws a `Problem` `unavailable` where Postgres does not answer in time. */
export interface Ledger {
  list(filter: AgentFilter, limit: number, cursor?: string): Promise<AgentPage>;
  find(agentId: string): Promise<AgentState | null>;
  count(): Promise<{ running: number; stopped: number }>;
  /** Events with `from <= sequence <= to`, ascending, at most `limit`. */
  events(agentId: string, from: number, to: number, limit: number): Promise<EventRecord[]>;
  /** Sequence of the last event that has expired; 0 where all are there. */
  expiredTo(agentId: string): Promise<number>;
  /** What was refused of one agent, the last sequence first. */
  faults(agentId: string, limit: number, cursor?: string): Promise<FaultPage>;
  /** The last event of an agent at a time (ISO 8601, UTC), as far as the ledger goes: its sequence, or 0. */
  sequenceAt(agentId: string, time: string): Promise<number>;
  /** How many events of an agent fall into each of `slices` equal parts of its history; parts without any are left out. */
  histogram(agentId: string, by: SliceBy, slices: number): Promise<EventSlice[]>;
  /** Events of all agents after a place of the ledger, in its order; `record` is null for those that the filter does not want. */
  inOrder(
    after: LedgerPlace,
    filter: LedgerFilter,
    limit: number,
  ): Promise<{ place: LedgerPlace; record: EventRecord | null }[]>;
  /** Events of all agents after a position of the stream, in its order. */
  eventsAfter(position: number, limit: number): Promise<Positioned[]>;
}

/** How long what there is of agents is kept. Throws as `Ledger` does. */
export interface Keeping {
  /** Days by class; null for ever. */
  readonly classes: RetentionClasses;
  retention(agentId: string): Promise<Retention>;
  setRetention(agentId: string, choice: { class: string; reason: string; setBy: string }): Promise<void>;
  placeHold(hold: Pick<LegalHold, 'id' | 'agent' | 'reason' | 'placedBy'>): Promise<LegalHold>;
  /** @returns null where none of that id is in force */
  releaseHold(id: string, by: string, reason: string): Promise<LegalHold | null>;
  findHold(id: string): Promise<LegalHold | null>;
  holds(filter: { agent?: string; released?: boolean }, limit: number, cursor?: string): Promise<HoldPage>;
}

/** What a look at one agent's ledger has found; see `projections/rebuild-agent.ts`. */
export interface RebuildReport {
  agent: string;
  missing: number;
  repaired: number;
  different: number;
  extra: number;
}

/** Compares the ledger with the agents' histories, and adds what it lacks; see `projections/ledger-rebuild.ts`. */
export interface Rebuild {
  run(
    request: { agent?: string; dryRun: boolean; after?: { agent: string; from: number } | null },
    ms: number,
  ): Promise<{ agents: RebuildReport[]; next: { agent: string; from: number } | null }>;
}

/** Agents as they stood after some of their events; see `projections/queries/snapshots.ts`. Throws as `Ledger` does. */
export interface KeptSnapshots {
  /** The newest that is not after `sequence`, and can be relied on. */
  before(agentId: string, sequence: number): Promise<AgentState | null>;
  /** Of one agent, oldest first. */
  keep(states: readonly AgentState[]): Promise<void>;
}

/** What the projector and the steps have written of runs. Throws as `Ledger` does. */
export interface RunLedger {
  list(filter: RunFilter, limit: number, cursor?: string): Promise<RunPage>;
  approvals(filter: ApprovalFilter, limit: number, cursor?: string): Promise<ApprovalPage>;
  targets(filter: TargetFilter, limit: number, cursor?: string): Promise<TargetPage>;
  /** Lines with `position > after`, ascending, at most `limit`. */
  logs(runId: string, after: number, limit: number): Promise<RunLogLine[]>;
}

/** What steps of pipelines have made, by what is in it. */
export interface Artifacts {
  has(digest: string): Promise<boolean>;
  get(digest: string): Promise<{ size: number; content: Readable } | null>;
}

/** The logs of runs as they grow. */
export interface RunLogStream {
  /** First what is there after a position, then what comes, until aborted. */
  follow(runId: string, after: number, signal: AbortSignal): AsyncGenerator<RunLogLine[], void, undefined>;
}

/** Runbooks as they are kept. Throws as `Ledger` does. */
export interface Runbooks {
  list(limit: number, cursor?: string): Promise<RunbookPage>;
  /** A version, the newest where none is given. */
  read(name: string, version?: number): Promise<Runbook | null>;
  /** Newest first. */
  versions(name: string, limit: number, cursor?: string): Promise<RunbookVersionPage>;
  /** @returns null where the newest version is not the one that was expected */
  save(runbook: NewRunbook, expected?: ExpectedVersion): Promise<{ version: number; created: boolean } | null>;
}

/** Hooks as they are kept. Throws as `Ledger` does. */
export interface Hooks {
  list(limit: number, cursor?: string): Promise<HookPage>;
  find(id: string): Promise<Hook | null>;
  /** @returns null where there is one of that id */
  create(hook: NewHook): Promise<Hook | null>;
  setEnabled(id: string, enabled: boolean): Promise<Hook | null>;
  remove(id: string): Promise<boolean>;
  note(id: string, delivery: string, run: string): Promise<boolean>;
  deliveries(id: string, limit: number, cursor?: string): Promise<HookDeliveryPage>;
}

/** What the keeper of evidence has signed. Throws as `Ledger` does. */
export interface SignedEvidence {
  /** In the order in which they were made. */
  keys(): Promise<EvidenceKey[]>;
  /** Newest first. */
  checkpoints(limit: number, cursor?: string): Promise<{ checkpoints: Checkpoint[]; next: string | null }>;
  checkpoint(number: number): Promise<Checkpoint | null>;
  /** An agent's head under a checkpoint's root; null where it has none there. */
  proof(number: number, agentId: string): Promise<{ head: Head; proof: InclusionProof } | null>;
  anchors(): Promise<Anchor[]>;
}

/** What browsers have measured. */
export interface WebVitals {
  /** Stored soon, or dropped; never refused. */
  add(sample: VitalSample): void;
  /** Throws as `Ledger` does. */
  summarise(query: VitalsQuery): Promise<VitalSummary[]>;
}

/** What the processes have measured. Throws as `Ledger` does. */
export interface MetricHistory {
  names(): Promise<(MetricName & { seenAt: string })[]>;
  /** The metric that a name is of: of a histogram also with `_count` or `_sum` behind it. */
  find(name: string): Promise<MetricName | null>;
  read(query: SeriesQuery): Promise<{ series: Series[]; total: number }>;
}

/** Configs that people have set aside. Throws as `Ledger` does. */
export interface ConfigTemplates {
  list(kind: string | undefined, limit: number, cursor?: string): Promise<TemplatePage>;
  find(id: string): Promise<ConfigTemplate | null>;
  /** @returns null where one of that id exists */
  create(template: NewTemplate, by: string): Promise<ConfigTemplate | null>;
  /** @param expected the version that it must be @returns null where there is none of that id and version */
  replace(template: NewTemplate, by: string, expected?: number): Promise<ConfigTemplate | null>;
  /** @param expected the version that it must be @returns false where there is none of that id and version */
  remove(id: string, expected?: number): Promise<boolean>;
}
