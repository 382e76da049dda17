import type { PayloadCodec } from '@temporalio/common';
import type { Creation } from '../actors/core/agent';
import type { AgentState } from '../actors/core/agent-state';
import type { CommandEnvelope, CommandResult } from '../actors/core/command';
import type { EventRecord } from '../actors/core/event';
import type { Head, InclusionProof } from '../actors/core/evidence/checkpoint';
import type { EvidenceKey } from '../actors/core/evidence/signature';
import type { LaunchRequest } from '../actors/core/launch';
import type { RunPlan } from '../actors/run/plan';
import type { Logger } from '../infra/logger';
import type { Positioned } from '../infra/nats/event-bus';
import type { RunLogLine } from '../infra/postgres/run-logs';
import type { SecretStore } from '../infra/secrets';
import type { AgentFilter, AgentPage } from '../projections/queries/agents';
import type { ApprovalFilter, ApprovalPage } from '../projections/queries/approvals';
import type { Anchor } from '../projections/queries/evidence-anchors';
import type { Checkpoint } from '../projections/queries/evidence-checkpoints';
import type { Hook, HookDeliveryPage, HookPage, NewHook } from '../projections/queries/hooks';
import type {
  ExpectedVersion,
  NewRunbook,
  Runbook,
  RunbookPage,
  RunbookVersionPage,
} from '../projections/queries/runbooks';
import type { RunFilter, RunPage } from '../projections/queries/runs';
import type { TargetFilter, TargetPage } from '../projections/queries/targets';
import type { Successor } from '../temporal/launcher';
import type { NewSchedule, ScheduleDetail, SchedulePage } from '../temporal/schedules';
import type { Verifications } from '../temporal/verifications';
import type { AgentView } from '../workflows/messages';
import type { Access } from './access/access';
import type { Directory } from './access/directory';
import type { Sessions } from './access/sessions';
import type { ApiKeys, Users } from './access/stores';
import type { Tokens } from './access/tokens';
import type { AgentEvents } from './agent-events';
import type { Audit } from './audit';
import type { Clients } from './client';
import type { ApiMetrics } from './metrics';
import type { LimitClass } from './rate-limit/classes';
import type { Count } from './rate-limit/counter';
import type { Hub } from './ws/hub';

/** Agents as they live; see `temporal/agents.ts` for the codes of what it throws. */
export interface Agents {
  create(creation: Creation): Promise<AgentView>;
  send(agentId: string, commands: CommandEnvelope[]): Promise<CommandResult<EventRecord>[]>;
  view(agentId: string): Promise<AgentView>;
  readonly queueDepth: number;
}

/** An agent's own events, complete; read from its history in Temporal. */
export interface AgentHistory {
  read(agentId: string, from: number, to?: number): AsyncIterable<EventRecord[]>;
}

/** What the projector has written. Each call throws a `Problem` `unavailable` where Postgres does not answer in time. */
export interface Ledger {
  list(filter: AgentFilter, limit: number, cursor?: string): Promise<AgentPage>;
  find(agentId: string): Promise<AgentState | null>;
  count(): Promise<{ running: number; stopped: number }>;
  /** Events with `from <= sequence <= to`, ascending, at most `limit`. */
  events(agentId: string, from: number, to: number, limit: number): Promise<EventRecord[]>;
  /** Events of all agents after a position of the stream, in its order. */
  eventsAfter(position: number, limit: number): Promise<Positioned[]>;
}

/** What the projector and the steps have written of runs. Throws as `Ledger` does. */
export interface RunLedger {
  list(filter: RunFilter, limit: number, cursor?: string): Promise<RunPage>;
  approvals(filter: ApprovalFilter, limit: number, cursor?: string): Promise<ApprovalPage>;
  targets(filter: TargetFilter, limit: number, cursor?: string): Promise<TargetPage>;
  /** Lines with `position > after`, ascending, at most `limit`. */
  logs(runId: string, after: number, limit: number): Promise<RunLogLine[]>;
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

/**
 * The one door through which runs begin; see `temporal/launcher.ts`.
 * Each throws DomainError `invalid_input` | …, or AgentFailure `runbook_not_found` | `run_not_found` | `unavailable`.
 */
export interface Launch {
  launch(request: LaunchRequest): Promise<Launched>;
  plan(request: Omit<LaunchRequest, 'id'>): Promise<RunPlan>;
  /** Goes on where an ended run stopped. `skip`: by path, why it is not to be done. */
  retry(runId: string, options: Successor & { skip?: Record<string, string> }): Promise<Launched>;
  /** `input` replaces the one of before as a whole. */
  rerun(runId: string, options: Successor & { input?: Record<string, unknown>; version?: number }): Promise<Launched>;
}

/** `created` is false where an earlier try had begun it. */
export interface Launched {
  id: string;
  created: boolean;
}

/** Runs at set times. Throws AgentFailure `schedule_not_found` | `schedule_exists` | `invalid_schedule` | `unavailable`. */
export interface Schedules {
  create(schedule: NewSchedule): Promise<ScheduleDetail>;
  list(limit: number, cursor?: string): Promise<SchedulePage>;
  get(id: string): Promise<ScheduleDetail>;
  remove(id: string): Promise<void>;
  pause(id: string, note?: string): Promise<void>;
  resume(id: string, note?: string): Promise<void>;
  /** Begins a run now. */
  trigger(id: string): Promise<void>;
  /** Begins what would have begun from `from` to `to`, ISO 8601. */
  backfill(id: string, from: string, to: string): Promise<void>;
}

/** Lets one signature stand for one delivery only. */
export interface ReplayGuard {
  /** False where the signature came with another delivery within `seconds`. */
  admits(signature: string, delivery: string, seconds: number): Promise<boolean>;
}

/** What a call was answered, as far as it was kept: without its body where that was too large. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body?: unknown;
}

/** What is found at a place: nothing, so that it is the caller's now; somebody at work; or an answer. */
export type Taken =
  | { state: 'mine'; claim: string }
  | { state: 'in_flight'; fingerprint: string }
  | { state: 'kept'; fingerprint: string; answer: KeptAnswer };

/**
 * Answers to calls that make something, each at the place of its `Idempotency-Key`; see `idempotency.ts`. Whoever has taken a place
 * has it until it keeps an answer there or releases it, or has not renewed it for 10 s. Each throws where nobody can tell.
 */
export interface KeptAnswers {
  /** @param fingerprint tells the bodies apart that one key may come with */
  take(place: string, fingerprint: string): Promise<Taken>;
  renew(place: string, claim: string): Promise<void>;
  /** For 24 h. */
  keep(place: string, claim: string, answer: KeptAnswer): Promise<void>;
  release(place: string, claim: string): Promise<void>;
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

/** The stream of all events. */
export interface EventStream {
  subscribeLive(
    onFrame: (position: number, record: EventRecord) => void,
    onState: (connected: boolean) => void,
  ): Promise<{ close(): Promise<void> }>;
  read(from: number, to?: number): AsyncIterable<Positioned>;
  bounds(): Promise<{ first: number; last: number }>;
}

/** Remembers what may be used once. */
export interface OnceStore {
  /** True for the first who asks for this id within `seconds`. */
  claim(id: string, seconds: number): Promise<boolean>;
}

/** How often who may come; see `rate-limit/limiter.ts`. */
export interface RequestLimits {
  /** Counts one request. @returns null where the class has no limit */
  count(name: LimitClass, key: string): Promise<Count | null>;
  /** Why a request would be turned away for certain, without counting it. */
  refusal(name: LimitClass, key: string): Count | null;
  /** False while each process counts by itself. */
  readonly isShared: boolean;
}

export const dependencyNames = ['temporal', 'nats', 'redis', 'postgres'] as const;
export type DependencyName = (typeof dependencyNames)[number];

/** Resolves when the server answers, rejects when it does not. */
export type Probes = Record<DependencyName, () => Promise<unknown>>;

/** All that the API works with; `server.ts` wires it. */
export interface Dependencies {
  agents: Agents;
  events: AgentEvents;
  ledger: Ledger;
  launcher: Launch;
  runs: RunLedger;
  runLogs: RunLogStream;
  runbooks: Runbooks;
  hooks: Hooks;
  schedules: Schedules;
  verifications: Pick<Verifications, 'start' | 'get' | 'list' | 'cancel'>;
  secrets: SecretStore;
  replays: ReplayGuard;
  keptAnswers: KeptAnswers;
  checkpoints: { get(agentId: string): Promise<Record<string, unknown> | null> };
  projectorBacklog(): Promise<{ waiting: number; unacked: number }>;
  probes: Probes;
  clients: Clients;
  limits: RequestLimits;
  /** Whose pages may call the API from a browser, beside its own. */
  corsOrigins: ReadonlySet<string>;
  /** Encrypts and decrypts payloads for Temporal's own tools. Throws DecryptionError. */
  codec: PayloadCodec;
  /** Origins of the pages that may call it. */
  codecOrigins: ReadonlySet<string>;
  access: Access;
  sessions: Sessions;
  tokens: Pick<Tokens, 'ticket'>;
  users: Users;
  apiKeys: ApiKeys;
  /** Told when a user, a session or a key was changed by this process. */
  directory: Pick<Directory, 'changed'>;
  audit: Audit;
  signedEvidence: SignedEvidence;
  hub: Pick<Hub, 'learn' | 'size'>;
  metrics: ApiMetrics;
  logger: Logger;
  /** Aborts when the process begins to stop. */
  stopping: AbortSignal;
  about: { version: string; environment: string; startedAt: Date };
}
