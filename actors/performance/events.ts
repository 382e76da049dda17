import { Type, type Static } from '@sinclair/typebox';
import type { Command } from '../core/command';
import type { DomainEvent } from '../core/event';
import type { CommandDefinition, EventDefinition } from '../core/kind';
import { stringEnum } from '../core/string-enum';
import { runOutcomes } from '../run/events';

const strict = { additionalProperties: false };
const text = Type.String({ maxLength: 4000 });
const samples = Type.Record(Type.String(), Type.Array(Type.Number(), { maxItems: 60 }));
const revision = Type.Integer({ minimum: 0 });
const change = Type.Object({
  metric: text,
  verdict: stringEnum(['better', 'worse', 'same'], {}),
  before: Type.Number(),
  after: Type.Number(),
  change: Type.Number(),
  p: Type.Number(),
});
const changes = Type.Array(change, { maxItems: 20 });
const outcome = stringEnum([...runOutcomes], {});

const reportBaseline = Type.Object({ revision, samples }, strict);
const reportComparison = Type.Object({ revision, changes }, strict);
const reportRun = Type.Object(
  {
    target: text,
    issue: text,
    run: text,
    outcome,
    durationMs: Type.Number({ minimum: 0 }),
    error: Type.Optional(text),
    until: Type.Optional(text),
  },
  strict,
);
const forget = Type.Object({ setting: Type.String({ minLength: 1, maxLength: 63 }) }, strict);

export type PerformanceCommand =
  | Command<'ReportBaseline', Static<typeof reportBaseline>>
  | Command<'ReportComparison', Static<typeof reportComparison>>
  | Command<'ReportRun', Static<typeof reportRun>>
  | Command<'ForgetRejected', Static<typeof forget>>;

export const performanceCommands = {
  ReportBaseline: { schema: reportBaseline, description: 'What is normal was measured.', internal: true },
  ReportComparison: {
    schema: reportComparison,
    description: 'What was measured, beside what is normal.',
    internal: true,
  },
  ReportRun: { schema: reportRun, description: 'The run of a proposal has ended.', internal: true },
  ForgetRejected: { schema: forget, description: 'Values of a setting that were rejected may be proposed again.' },
} as const satisfies Record<PerformanceCommand['type'], CommandDefinition>;

const proposal = { proposal: text, setting: text, from: Type.Number(), to: Type.Number() };
const ended = { ...proposal, run: text };

const events = {
  BaselineTaken: Type.Object({ samples }),
  RegressionDetected: Type.Object({ changes }),
  RegressionOver: Type.Object({}),
  ProposalMade: Type.Object({ ...proposal, because: text }),
  ProposalKept: Type.Object(ended),
  /** `remembered`: it is not proposed again. */
  ProposalRejected: Type.Object({
    ...ended,
    outcome,
    remembered: Type.Boolean(),
    notBefore: text,
    error: Type.Optional(text),
  }),
  ProposalsExhausted: Type.Object({ changes }),
  RejectedForgotten: Type.Object({ setting: text }),
};

export type PerformanceEvent = {
  [Name in keyof typeof events]: DomainEvent<Name, Static<(typeof events)[Name]>>;
}[keyof typeof events];

export const performanceEvents = {
  BaselineTaken: { schema: events.BaselineTaken, messagetype: 'EVENT' },
  RegressionDetected: { schema: events.RegressionDetected, messagetype: 'NOTIFICATION' },
  RegressionOver: { schema: events.RegressionOver, messagetype: 'EVENT' },
  ProposalMade: { schema: events.ProposalMade, messagetype: 'EVENT' },
  ProposalKept: { schema: events.ProposalKept, messagetype: 'RESPONSE' },
  ProposalRejected: { schema: events.ProposalRejected, messagetype: 'RESPONSE' },
  ProposalsExhausted: { schema: events.ProposalsExhausted, messagetype: 'NOTIFICATION' },
  RejectedForgotten: { schema: events.RejectedForgotten, messagetype: 'EVENT' },
} as const satisfies Record<PerformanceEvent['type'], EventDefinition>;
