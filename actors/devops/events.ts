import { Type, type Static } from '@sinclair/typebox';
import type { DomainEvent } from '../core/event';
import type { EventDefinition } from '../core/kind';
import { stringEnum } from '../core/string-enum';
import { runOutcomes } from '../run/events';
import { sourceEvents, type SourceEvent } from './sources-messages';

const time = Type.String();
const outcome = Type.Union([Type.Literal('recovered'), Type.Literal('failed')]);

const issueDetected = Type.Object({
  target: Type.String(),
  issue: Type.String(),
  since: time,
  failures: Type.Integer(),
  error: Type.String(),
});
/** `issue` and `downtimeMs` are null where the target answers for the first time. */
const targetRecovered = Type.Object({
  target: Type.String(),
  since: time,
  issue: Type.Union([Type.String(), Type.Null()]),
  downtimeMs: Type.Union([Type.Number(), Type.Null()]),
});
/** One run is begun; `attempt` of at most `attempts`. */
const remediationStarted = Type.Object({
  target: Type.String(),
  issue: Type.String(),
  runbook: Type.String(),
  attempt: Type.Integer(),
  attempts: Type.Integer(),
});
const remediationScheduled = Type.Object({
  target: Type.String(),
  issue: Type.String(),
  attempt: Type.Integer(),
  at: time,
});
const remediationDeferred = Type.Object({ target: Type.String(), issue: Type.String(), until: time });
const remediationAttempted = Type.Object({
  target: Type.String(),
  issue: Type.String(),
  attempt: Type.Integer(),
  run: Type.String(),
  outcome: stringEnum([...runOutcomes]),
  durationMs: Type.Number(),
  error: Type.Optional(Type.String()),
});
const remediationCompleted = Type.Object({
  target: Type.String(),
  issue: Type.String(),
  outcome,
  attempts: Type.Integer(),
  durationMs: Type.Number(),
  cooldownUntil: time,
});
const issueEscalated = Type.Object({
  target: Type.String(),
  issue: Type.String(),
  attempts: Type.Integer(),
  notBefore: time,
});

export type DevopsEvent =
  | DomainEvent<'IssueDetected', Static<typeof issueDetected>>
  | DomainEvent<'TargetRecovered', Static<typeof targetRecovered>>
  | DomainEvent<'RemediationStarted', Static<typeof remediationStarted>>
  | DomainEvent<'RemediationDeferred', Static<typeof remediationDeferred>>
  | DomainEvent<'RemediationScheduled', Static<typeof remediationScheduled>>
  | DomainEvent<'RemediationAttempted', Static<typeof remediationAttempted>>
  | DomainEvent<'RemediationCompleted', Static<typeof remediationCompleted>>
  | DomainEvent<'IssueEscalated', Static<typeof issueEscalated>>
  | SourceEvent;

export const devopsEvents = {
  IssueDetected: { schema: issueDetected, messagetype: 'NOTIFICATION' },
  TargetRecovered: { schema: targetRecovered, messagetype: 'EVENT' },
  RemediationStarted: { schema: remediationStarted, messagetype: 'EVENT' },
  RemediationDeferred: { schema: remediationDeferred, messagetype: 'EVENT' },
  RemediationScheduled: { schema: remediationScheduled, messagetype: 'EVENT' },
  RemediationAttempted: { schema: remediationAttempted, messagetype: 'EVENT' },
  RemediationCompleted: { schema: remediationCompleted, messagetype: 'RESPONSE' },
  ...sourceEvents,
  IssueEscalated: { schema: issueEscalated, messagetype: 'NOTIFICATION' },
} as const satisfies Record<DevopsEvent['type'], EventDefinition>;
