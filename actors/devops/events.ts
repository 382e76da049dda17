import { Type, type Static } from '@sinclair/typebox';
import type { DomainEvent } from '../core/event';
import type { EventDefinition } from '../core/kind';
import { stringEnum } from '../core/string-enum';
import { runOutcomes } from '../run/events';
import { severities } from './target';
import { sourceEvents, type SourceEvent } from './sources-messages';

const time = Type.String();
const outcome = Type.Union([Type.Literal('recovered'), Type.Literal('failed')]);

/** Who is told; left out where nobody is. */
const receivers = Type.Optional(Type.Array(Type.String()));

const issueDetected = Type.Object({
  target: Type.String(),
  issue: Type.String(),
  since: time,
  failures: Type.Integer(),
  error: Type.String(),
  severity: Type.Optional(stringEnum([...severities], {})),
  receivers,
});
/** `issue` and `downtimeMs` are null where the target answers for the first time. */
const targetRecovered = Type.Object({
  target: Type.String(),
  since: time,
  issue: Type.Union([Type.String(), Type.Null()]),
  downtimeMs: Type.Union([Type.Number(), Type.Null()]),
  receivers,
});
/** One run is begun; `attempt` of at most `attempts`. `standsDown`: its pending steps are left out once the alerts are over. */
const remediationStarted = Type.Object({
  target: Type.String(),
  issue: Type.String(),
  runbook: Type.String(),
  attempt: Type.Integer(),
  attempts: Type.Integer(),
  standsDown: Type.Optional(Type.Literal(true)),
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

/** `issue`: the one that was open then. */
const targetFlapping = Type.Object({
  target: Type.String(),
  since: time,
  changes: Type.Integer(),
  issue: Type.Union([Type.String(), Type.Null()]),
  receivers,
});
const targetSteady = Type.Object({ target: Type.String(), since: time, receivers });
/** `targets` are patterns of names. `until` is left out where nobody can see its end. */
const maintenanceBegan = Type.Object({
  window: Type.String(),
  targets: Type.Array(Type.String()),
  reason: Type.String(),
  until: Type.Optional(time),
});
const maintenanceEnded = Type.Object({ window: Type.String() });
const issueAcknowledged = Type.Object({
  target: Type.String(),
  issue: Type.String(),
  by: Type.String(),
  reason: Type.String(),
});
const issueSnoozed = Type.Object({
  target: Type.String(),
  issue: Type.String(),
  by: Type.String(),
  reason: Type.String(),
  until: time,
});
/** A group of alerts of others began or ended. `group` is the SHA-256 of its key. `issue`: null while maintenance mutes it. */
const alertsFiring = Type.Object({
  target: Type.String(),
  group: Type.String(),
  issue: Type.Union([Type.String(), Type.Null()]),
  since: time,
  text: Type.String(),
});
const alertsResolved = Type.Object({ target: Type.String(), group: Type.String() });
/** `alert` is the id of the alert, and `status` what it said. */
const alertDelivered = Type.Object({
  receiver: Type.String(),
  alert: Type.String(),
  issue: Type.String(),
  status: Type.String(),
});
const alertUndelivered = Type.Object({ ...alertDelivered.properties, error: Type.String() });

export type DevopsEvent =
  | DomainEvent<'IssueDetected', Static<typeof issueDetected>>
  | DomainEvent<'TargetRecovered', Static<typeof targetRecovered>>
  | DomainEvent<'RemediationStarted', Static<typeof remediationStarted>>
  | DomainEvent<'RemediationDeferred', Static<typeof remediationDeferred>>
  | DomainEvent<'RemediationScheduled', Static<typeof remediationScheduled>>
  | DomainEvent<'RemediationAttempted', Static<typeof remediationAttempted>>
  | DomainEvent<'RemediationCompleted', Static<typeof remediationCompleted>>
  | DomainEvent<'IssueEscalated', Static<typeof issueEscalated>>
  | DomainEvent<'TargetFlapping', Static<typeof targetFlapping>>
  | DomainEvent<'TargetSteady', Static<typeof targetSteady>>
  | DomainEvent<'MaintenanceBegan', Static<typeof maintenanceBegan>>
  | DomainEvent<'MaintenanceEnded', Static<typeof maintenanceEnded>>
  | DomainEvent<'IssueAcknowledged', Static<typeof issueAcknowledged>>
  | DomainEvent<'IssueSnoozed', Static<typeof issueSnoozed>>
  | DomainEvent<'AlertsFiring', Static<typeof alertsFiring>>
  | DomainEvent<'AlertsResolved', Static<typeof alertsResolved>>
  | DomainEvent<'AlertDelivered', Static<typeof alertDelivered>>
  | DomainEvent<'AlertUndelivered', Static<typeof alertUndelivered>>
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
  TargetFlapping: { schema: targetFlapping, messagetype: 'NOTIFICATION' },
  TargetSteady: { schema: targetSteady, messagetype: 'EVENT' },
  MaintenanceBegan: { schema: maintenanceBegan, messagetype: 'EVENT' },
  MaintenanceEnded: { schema: maintenanceEnded, messagetype: 'EVENT' },
  IssueAcknowledged: { schema: issueAcknowledged, messagetype: 'EVENT' },
  IssueSnoozed: { schema: issueSnoozed, messagetype: 'EVENT' },
  AlertsFiring: { schema: alertsFiring, messagetype: 'EVENT' },
  AlertsResolved: { schema: alertsResolved, messagetype: 'EVENT' },
  AlertDelivered: { schema: alertDelivered, messagetype: 'EVENT' },
  AlertUndelivered: { schema: alertUndelivered, messagetype: 'NOTIFICATION' },
} as const satisfies Record<DevopsEvent['type'], EventDefinition>;
