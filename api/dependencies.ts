import type { PayloadCodec } from '@temporalio/common';
import type { Creation } from '../actors/core/agent';
import type { AgentState } from '../actors/core/agent-state';
import type { CommandEnvelope, CommandResult } from '../actors/core/command';
import type { EventRecord } from '../actors/core/event';
import type { LaunchRequest } from '../actors/core/launch';
import type { RunConfig } from '../actors/run/config';
import type { RunPlan } from '../actors/run/plan';
import type { RunState } from '../actors/run/state';
import type { Logger } from '../infra/logger';
import type { Positioned } from '../infra/nats/event-bus';
import type { SecretStore } from '../infra/secrets';
import type { Successor } from '../temporal/launcher';
import type { NewSchedule, ScheduleDetail, SchedulePage } from '../temporal/schedule';
import type { Verifications } from '../temporal/verifications';
import type { AgentView } from '../workflows/messages';
import type { Access } from './access/access';
import type { Directory } from './access/directory';
import type { Sessions } from './access/sessions';
import type { ApiKeys, Users } from './access/stores';
import type { Tokens } from './access/tokens';
import type { AgentEvents } from './agent-events';
import type { AgentMoments } from './agent-moments';
import type { Audit } from './audit';
import type { Clients } from './client';
import type { EvidenceSource, Keeper } from './export/ports';
import type { ApiMetrics } from './metrics';
import type { PastReads } from './past-reads';
import type { evidencePlaces } from './places';
import type { LimitClass } from './rate-limit/classes';
import type { Count } from './rate-limit/counter';
import type { Hub } from './ws/hub';
import type {
  Ledger,
  Keeping,
  Rebuild,
  RunLedger,
  Artifacts,
  RunLogStream,
  Runbooks,
  Hooks,
  SignedEvidence,
  ConfigTemplates,
  MetricHistory,
  WebVitals,
} from './read-side';

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

/**
 * The one door through which runs begin; see `temporal/launcher.ts`.
 * Each throws DomainError `invalid_input` | …, or AgentFailure `runbook_not_found` | `run_not_found` | `unavailable`.
 */
export interface Launch {
  launch(request: LaunchRequest): Promise<Launched>;
  plan(request: Omit<LaunchRequest, 'id'>): Promise<RunPlan>;
  /** Goes on where an ended run stopped. `skip`: by path, why it is not to be done. */
  retry(runId: string, options: Successor & { skip?: Record<string, string> }): Promise<Launched>;
  /** Goes on as a run stood once, whether it has ended since or not. */
  fork(run: AgentState<RunState, RunConfig>, options: Successor): Promise<Launched>;
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

/** The stream of all events. */
export interface EventStream {
  subscribeLive(
    onFrame: (position: number, record: EventRecord) => void | Promise<void>,
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

/** Resolves when the server answers, to `degraded` where not all is well with it; rejects when it does not. */
export type Probes = Record<DependencyName, () => Promise<unknown>>;

/** All that the API works with; `server.ts` wires it. */
export interface Dependencies {
  agents: Agents;
  events: AgentEvents;
  moments: AgentMoments;
  ledger: Ledger;
  keeping: Keeping;
  rebuild: Rebuild;
  launcher: Launch;
  runs: RunLedger;
  runLogs: RunLogStream;
  artifacts: Artifacts;
  runbooks: Runbooks;
  hooks: Hooks;
  evidence: EvidenceSource;
  keeper: Keeper;
  places: ReturnType<typeof evidencePlaces>;
  schedules: Schedules;
  verifications: Pick<Verifications, 'start' | 'get' | 'list' | 'cancel'>;
  secrets: SecretStore;
  replays: ReplayGuard;
  keptAnswers: KeptAnswers;
  checkpoints: { get(agentId: string): Promise<Record<string, unknown> | null> };
  projectorBacklog(): Promise<{ waiting: number; unacked: number; dropped: number }>;
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
  templates: ConfigTemplates;
  vitals: WebVitals;
  metricHistory: MetricHistory;
  /** Of other consoles: whose pages may connect and report. */
  publicOrigins: ReadonlySet<string>;
  pastReads: PastReads;
  hub: Pick<Hub, 'learn' | 'size'>;
  metrics: ApiMetrics;
  logger: Logger;
  /** Aborts when the process is told to end: it is to get no new callers, and serves on until `stopping`. */
  told: AbortSignal;
  /** Aborts when the process begins to stop. */
  stopping: AbortSignal;
  about: { version: string; environment: string; startedAt: Date };
}
