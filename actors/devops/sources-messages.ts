import { Type, type Static } from '@sinclair/typebox';
import type { Command } from '../core/command';
import type { DomainEvent } from '../core/event';
import type { CommandDefinition, EventDefinition } from '../core/kind';
import { stringEnum } from '../core/string-enum';
import { runOutcomes } from '../run/events';

/** What an agent hears of logs and repositories, and what it records of them. */

const strict = { additionalProperties: false };
const text = Type.String({ maxLength: 4000 });
const time = Type.String({ minLength: 20, maxLength: 30 });
const kind = stringEnum(['pattern', 'new', 'spike', 'unreadable'], {});
const found = {
  kind,
  what: text,
  at: time,
  count: Type.Integer({ minimum: 0 }),
  expected: Type.Union([Type.Number(), Type.Null()]),
  lines: Type.Array(text, { maxItems: 5 }),
  suppressed: Type.Integer({ minimum: 0 }),
};
const heads = Type.Array(Type.Object({ branch: text, sha: text }, strict), { maxItems: 200 });
const revision = Type.Integer({ minimum: 0 });

const reportFinding = Type.Object({ log: Type.String(), revision, ...found }, strict);
const reportHeads = Type.Object({ repository: Type.String(), revision, heads }, strict);

export type SourceCommand =
  Command<'ReportFinding', Static<typeof reportFinding>> | Command<'ReportHeads', Static<typeof reportHeads>>;

export const sourceCommands = {
  ReportFinding: { schema: reportFinding, description: 'Something in a log is unusual.', internal: true },
  ReportHeads: { schema: reportHeads, description: 'Where the branches of a repository stand.', internal: true },
} as const satisfies Record<SourceCommand['type'], CommandDefinition>;

const logAnomalyDetected = Type.Object({ log: Type.String(), issue: Type.String(), ...found });
/** `cooldownUntil`: no other run begins for this log before. */
const logRunStarted = Type.Object({ log: Type.String(), issue: Type.String(), runbook: text, cooldownUntil: time });
/** What was there when the agent first looked; nothing is begun for it. */
const repositorySeen = Type.Object({ repository: Type.String(), url: text, heads });
/** A run begins for it. `before` is null where the branch is new. */
const commitDetected = Type.Object({
  repository: Type.String(),
  branch: text,
  sha: text,
  before: Type.Union([text, Type.Null()]),
});
const sourceRunEnded = Type.Object({
  source: Type.String(),
  issue: Type.String(),
  run: Type.String(),
  outcome: stringEnum([...runOutcomes]),
  error: Type.Optional(text),
});

export type SourceEvent =
  | DomainEvent<'LogAnomalyDetected', Static<typeof logAnomalyDetected>>
  | DomainEvent<'LogRunStarted', Static<typeof logRunStarted>>
  | DomainEvent<'RepositorySeen', Static<typeof repositorySeen>>
  | DomainEvent<'CommitDetected', Static<typeof commitDetected>>
  | DomainEvent<'SourceRunEnded', Static<typeof sourceRunEnded>>;

export const sourceEvents = {
  LogAnomalyDetected: { schema: logAnomalyDetected, messagetype: 'NOTIFICATION' },
  LogRunStarted: { schema: logRunStarted, messagetype: 'EVENT' },
  RepositorySeen: { schema: repositorySeen, messagetype: 'EVENT' },
  CommitDetected: { schema: commitDetected, messagetype: 'EVENT' },
  SourceRunEnded: { schema: sourceRunEnded, messagetype: 'RESPONSE' },
} as const satisfies Record<SourceEvent['type'], EventDefinition>;

export function isSourceEvent<E extends { type: string }>(
  event: E,
): event is Extract<E, { type: SourceEvent['type'] }> {
  return Object.hasOwn(sourceEvents, event.type);
}
