import { Type, type Static, type TObject } from '@sinclair/typebox';
import type { DomainEvent, MessageType } from '../core/event';

const text = Type.String();
const path = Type.String();
const optional = Type.Optional(text);
const since = Type.Number();
const anything = Type.Optional(Type.Unknown());

const error = Type.Object({ code: text, message: text });

/** What became of a run. `ineffective`: every step was done, and it did not help. */
export const runOutcomes = ['succeeded', 'failed', 'ineffective', 'cancelled', 'vetoed'] as const;
export type RunOutcome = (typeof runOutcomes)[number];

/** Every event of a run, by name. A `path` is a step's id, with `[n]` after each `foreach` above it: `roll[2].restart`. */
const schemas = {
  RunStarted: Type.Object({}),
  /** A guard says no; `until` is when it may be asked again. */
  RunVetoed: Type.Object({ code: text, reason: text, until: optional }),
  TargetQueued: Type.Object({ key: text, agent: text, holders: Type.Array(text) }),
  TargetAcquired: Type.Object({ key: text, agent: text }),
  TargetLost: Type.Object({ key: text, by: text, reason: text }),

  StepStarted: Type.Object({ path, attempt: Type.Integer(), action: optional, with: anything }),
  /** `effect`: what it could do to the world; `tries`: above 1 where a worker was lost over it. */
  StepSucceeded: Type.Object({
    path,
    output: anything,
    durationMs: since,
    effect: optional,
    planHash: optional,
    tries: Type.Optional(Type.Integer()),
  }),
  StepFailed: Type.Object({ path, error, output: anything, durationMs: since, tries: Type.Optional(Type.Integer()) }),
  StepRetryScheduled: Type.Object({ path, attempt: Type.Integer(), at: text, error }),
  StepSkipped: Type.Object({ path, reason: text, by: optional }),
  StepVetoed: Type.Object({ path, code: text, reason: text }),
  /** It failed, and a person decides: retry, skip or cancel. */
  StepBlocked: Type.Object({ path, error }),
  StepRetryRequested: Type.Object({ path }),
  WaitStarted: Type.Object({ path, until: text }),
  /** Others hold what the step must not touch: it waits in line. */
  StepQueued: Type.Object({ path, keys: Type.Array(text) }),
  StepGranted: Type.Object({ path, key: text }),
  ChildStarted: Type.Object({ path, run: text, runbook: text }),
  ChildEnded: Type.Object({ path, run: text, outcome: text, output: anything, error: Type.Optional(error) }),
  NotificationSent: Type.Object({ path, severity: text, title: text, text }),

  ApprovalRequested: Type.Object({
    path,
    message: text,
    plan: Type.Unknown(),
    planHash: text,
    roles: Type.Array(text),
    count: Type.Integer(),
    reasonRequired: Type.Boolean(),
    expiresAt: text,
  }),
  ApprovalGiven: Type.Object({ path, by: text, role: text, planHash: text }),
  /** `by` is null where nobody answered in time. */
  ApprovalDenied: Type.Object({ path, by: Type.Union([text, Type.Null()]), reason: text }),
  ApprovalRefused: Type.Object({ path, by: text, answer: text, code: text, detail: text }),
  ApprovalReminded: Type.Object({ path, roles: Type.Array(text), expiresAt: text }),
  ApprovalEscalated: Type.Object({ path, roles: Type.Array(text), expiresAt: text }),
  /** What would be done now is not what was agreed to: it is asked again. */
  ApprovalVoided: Type.Object({ path, approvedHash: text, presentHash: text }),
  ApprovalCompleted: Type.Object({ path, planHash: text }),

  RunPaused: Type.Object({ by: text }),
  RunResumed: Type.Object({ by: text }),
  CancelRequested: Type.Object({ by: text, undo: Type.Boolean(), pending: Type.Optional(Type.Literal(true)) }),
  /** `outcome` and `error`: as what the run will end, and why. */
  UndoStarted: Type.Object({ paths: Type.Array(path), outcome: text, error: Type.Optional(error) }),
  StepUndone: Type.Object({ path, durationMs: since }),
  StepUndoFailed: Type.Object({ path, error }),
  VerifyStarted: Type.Object({ settleMs: since }),
  /** A person must look at it: the run did not help, or could not be taken back. */
  RunEscalated: Type.Object({ code: text, reason: text }),
  RunEnded: Type.Object({
    outcome: Type.Union(runOutcomes.map((outcome) => Type.Literal(outcome))),
    durationMs: since,
    error: Type.Optional(error),
    output: anything,
    undone: Type.Optional(Type.Boolean()),
    /** When a run that was vetoed may be asked for again. */
    until: optional,
  }),
} as const satisfies Record<string, TObject>;

type Schemas = typeof schemas;
export type RunEventName = keyof Schemas;
export type RunEvent = { [N in RunEventName]: DomainEvent<N, Static<Schemas[N]>> }[RunEventName];

const notable: Partial<Record<RunEventName, MessageType>> = {
  RunVetoed: 'NOTIFICATION',
  TargetLost: 'NOTIFICATION',
  StepVetoed: 'NOTIFICATION',
  StepBlocked: 'NOTIFICATION',
  NotificationSent: 'NOTIFICATION',
  ApprovalRequested: 'NOTIFICATION',
  ApprovalReminded: 'NOTIFICATION',
  ApprovalEscalated: 'NOTIFICATION',
  StepUndoFailed: 'NOTIFICATION',
  RunEscalated: 'NOTIFICATION',
  RunEnded: 'RESPONSE',
};

export const runEvents = Object.fromEntries(
  (Object.keys(schemas) as RunEventName[]).map((name) => [
    name,
    { schema: schemas[name], messagetype: notable[name] ?? 'EVENT' },
  ]),
) as Record<RunEventName, { schema: TObject; messagetype: MessageType }>;
